/** Perplexity of unquantized models here and in transformers. */
@NullMarked
package io.bisup.bench.perplexity;

import org.jspecify.annotations.NullMarked;
