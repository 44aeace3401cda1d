/** A seeded generator of English-like tales and records from a hand-written grammar. */
@NullMarked
package io.bisup.demo.corpus;

import org.jspecify.annotations.NullMarked;
