/** The scales: measures what quantization cost, as jobs. */
@NullMarked
package io.bisup.eval;

import org.jspecify.annotations.NullMarked;
