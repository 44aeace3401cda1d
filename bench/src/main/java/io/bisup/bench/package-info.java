/** Every claim about speed and memory, as a command that measures it. */
@NullMarked
package io.bisup.bench;

import org.jspecify.annotations.NullMarked;
