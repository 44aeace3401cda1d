/** Where channel maps act in a block, and what folding them into its weights does. */
@NullMarked
package io.bisup.llm.fold;

import org.jspecify.annotations.NullMarked;
