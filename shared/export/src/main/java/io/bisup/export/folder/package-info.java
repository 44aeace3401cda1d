/** A folder as Hugging Face's tools lay it out: configuration, tokenizer, sharded safetensors, a card. */
@NullMarked
package io.bisup.export.folder;

import org.jspecify.annotations.NullMarked;
