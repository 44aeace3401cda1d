/** A model's shape: Hugging Face {@code config.json} read into one validated record, and the tensors that shape implies. */
@NullMarked
package io.bisup.llm.config;

import org.jspecify.annotations.NullMarked;
