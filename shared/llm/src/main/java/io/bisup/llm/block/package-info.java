/** The decoder block: norms, linears, rotary embedding, attention and cache, in full precision or quantized; shapes are in the comments. */
@NullMarked
package io.bisup.llm.block;

import org.jspecify.annotations.NullMarked;
