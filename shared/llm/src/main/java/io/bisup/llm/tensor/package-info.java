/** Tensors on one device: TorchScript kernels run through DJL, gradients, AdamW, and number conversions. */
@NullMarked
package io.bisup.llm.tensor;

import org.jspecify.annotations.NullMarked;
