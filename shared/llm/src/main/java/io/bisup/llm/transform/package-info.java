/** Invertible maps of channels that leave a model's function as it is: scaling, shifting, reordering, rotation (methods §1.7, §3, §4). */
@NullMarked
package io.bisup.llm.transform;

import org.jspecify.annotations.NullMarked;
