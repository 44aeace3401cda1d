/** AWQ's checkpoints (formats §8). */
@NullMarked
package io.bisup.export.awq;

import org.jspecify.annotations.NullMarked;
