/** The suite as a whole: real processes, real stores, a real model. */
@NullMarked
package io.bisup.systemtests.suite;

import org.jspecify.annotations.NullMarked;
