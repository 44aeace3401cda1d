/** JVMs that this process starts, talks to line by line, and outlives. */
@NullMarked
package io.bisup.platform.process;

import org.jspecify.annotations.NullMarked;
