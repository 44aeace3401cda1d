/** High-precision keys and values of a prefix: the system prompt, or BOS. */
@NullMarked
package io.bisup.quantize.prefix;

import org.jspecify.annotations.NullMarked;
