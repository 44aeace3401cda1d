/** The stages of a recipe, one class per type of the language; each reads statistics and sets values of the draft. */
@NullMarked
package io.bisup.quantize.stage;

import org.jspecify.annotations.NullMarked;
