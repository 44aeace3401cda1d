/** Weight rounding and the clip factors it starts from. */
@NullMarked
package io.bisup.quantize.stage.weight;

import org.jspecify.annotations.NullMarked;
