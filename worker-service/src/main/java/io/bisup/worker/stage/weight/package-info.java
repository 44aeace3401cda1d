/** Weight rounding and the clip factors it starts from. */
@NullMarked
package io.bisup.worker.stage.weight;

import org.jspecify.annotations.NullMarked;
