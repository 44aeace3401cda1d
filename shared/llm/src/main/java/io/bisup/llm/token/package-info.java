/** From text to token ids: tokenizers as transformers runs them, system prompts, and seeded sampling of windows. */
@NullMarked
package io.bisup.llm.token;

import org.jspecify.annotations.NullMarked;
