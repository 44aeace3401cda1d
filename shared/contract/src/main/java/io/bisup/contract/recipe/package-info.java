/** The language of recipes, version 2: what is asked for, as plain values; whether it can be done for a model is the planner's matter. */
@NullMarked
package io.bisup.contract.recipe;

import org.jspecify.annotations.NullMarked;
