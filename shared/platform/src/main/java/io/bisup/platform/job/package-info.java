/** Jobs, evaluations and their events in PostgreSQL, the only truth. */
@NullMarked
package io.bisup.platform.job;

import org.jspecify.annotations.NullMarked;
