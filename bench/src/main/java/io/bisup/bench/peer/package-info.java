/** Other programs that are measured beside this one. */
@NullMarked
package io.bisup.bench.peer;

import org.jspecify.annotations.NullMarked;
