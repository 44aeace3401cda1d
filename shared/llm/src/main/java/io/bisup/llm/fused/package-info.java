/** Few-pass CPU kernels over tensors' memory (SIMD through the Vector API) and a block training step staged on them. */
@NullMarked
package io.bisup.llm.fused;

import org.jspecify.annotations.NullMarked;
