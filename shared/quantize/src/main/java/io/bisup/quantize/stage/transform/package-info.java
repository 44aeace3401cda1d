/** Changes that leave the full-precision function unchanged: smoothing. */
@NullMarked
package io.bisup.quantize.stage.transform;

import org.jspecify.annotations.NullMarked;
