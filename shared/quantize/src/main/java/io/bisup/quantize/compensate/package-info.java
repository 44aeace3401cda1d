/** Low-rank reconstruction of the weight error in the metric of the inputs (whitening SVD). */
@NullMarked
package io.bisup.quantize.compensate;

import org.jspecify.annotations.NullMarked;
