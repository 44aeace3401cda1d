/** Byte-level byte-pair encoding: trains the vocabulary and writes it as a Hugging Face tokenizer.json. */
@NullMarked
package io.bisup.demo.token;

import org.jspecify.annotations.NullMarked;
