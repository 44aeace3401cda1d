/** The suite as a whole: the house's laws, the launcher, end to end, failures. */
@NullMarked
package io.bisup.systemtests;

import org.jspecify.annotations.NullMarked;
