/** Stores that are away: how that is told from other errors, and how work waits for them. */
@NullMarked
package io.bisup.platform.outage;

import org.jspecify.annotations.NullMarked;
