/** High-precision keys and values of a prefix: the system prompt, or BOS. */
@NullMarked
package io.bisup.quantize.stage.prefix;

import org.jspecify.annotations.NullMarked;
