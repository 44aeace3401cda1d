/** Evaluation jobs: what quantization cost, measured. */
@NullMarked
package io.bisup.eval;

import org.jspecify.annotations.NullMarked;
