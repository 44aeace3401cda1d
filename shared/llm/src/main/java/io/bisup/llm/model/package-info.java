/** A decoder-only language model: norm, rotary embedding, attention, blocks, cache; shapes are in the comments. */
@NullMarked
package io.bisup.llm.model;

import org.jspecify.annotations.NullMarked;
