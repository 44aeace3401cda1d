/** A decoder-only language model: embedding, blocks, head, key-value cache, scores of tokens. */
@NullMarked
package io.bisup.llm.model;

import org.jspecify.annotations.NullMarked;
