/** Number formats, fake quantization, packing, the quantized decoder block and the quantized checkpoint. */
@NullMarked
package io.bisup.llm.quant;

import org.jspecify.annotations.NullMarked;
