/** The command line: the same API for a terminal, the suite's start and stop, and the engine without services. */
@NullMarked
package io.bisup.cli;

import org.jspecify.annotations.NullMarked;
