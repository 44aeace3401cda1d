/** What the stages of a recipe share: the block they work on, its samples, its parameters, its randomness. */
@NullMarked
package io.bisup.quantize.stage;

import org.jspecify.annotations.NullMarked;
