/** Zero-shot tasks here and in lm-evaluation-harness: the same documents, one after the other. */
@org.jspecify.annotations.NullMarked
package io.bisup.bench.eval;
