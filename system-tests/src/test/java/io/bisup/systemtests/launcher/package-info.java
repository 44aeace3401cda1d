/** The shell launcher, as a newcomer meets it. */
@NullMarked
package io.bisup.systemtests.launcher;

import org.jspecify.annotations.NullMarked;
