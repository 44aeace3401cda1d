/** Typed calls of the kernels that only quantization needs. */
@NullMarked
package io.bisup.quantize.kernel;

import org.jspecify.annotations.NullMarked;
