/** What the quantized weights stand for, as a plain checkpoint. */
@NullMarked
package io.bisup.export.fake;

import org.jspecify.annotations.NullMarked;
