/** The demo model: its corpus, its tokenizer, its training and the files that hold it. */
@NullMarked
package io.bisup.demo;

import org.jspecify.annotations.NullMarked;
