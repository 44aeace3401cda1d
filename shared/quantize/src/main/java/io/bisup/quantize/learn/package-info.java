/** Block-wise quantization-aware training: the parameter spaces of BiSup, one optimisation step, the loop and its guards. */
@NullMarked
package io.bisup.quantize.learn;

import org.jspecify.annotations.NullMarked;
