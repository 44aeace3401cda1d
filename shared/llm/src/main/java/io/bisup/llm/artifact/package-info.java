/** The artifact: a quantized checkpoint that says itself how its tensors are to be read. */
@NullMarked
package io.bisup.llm.artifact;

import org.jspecify.annotations.NullMarked;
