/** Low-rank branches as a LoRA adapter (methods §11.6). */
@NullMarked
package io.bisup.export.peft;

import org.jspecify.annotations.NullMarked;
