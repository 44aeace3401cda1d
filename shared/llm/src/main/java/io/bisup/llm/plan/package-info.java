/** Whether a recipe can be done to a model, and what it then means for each of its blocks: the only place that refuses recipes. */
@NullMarked
package io.bisup.llm.plan;

import org.jspecify.annotations.NullMarked;
