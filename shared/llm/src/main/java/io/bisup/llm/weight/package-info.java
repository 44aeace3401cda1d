/** Weights as they are stored, and the ways to round to them (methods §1.3, §1.9). */
@NullMarked
package io.bisup.llm.weight;

import org.jspecify.annotations.NullMarked;
