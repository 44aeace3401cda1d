/** compressed-tensors, as vLLM and transformers read it (formats §1 to §6). */
@NullMarked
package io.bisup.export.compressed;

import org.jspecify.annotations.NullMarked;
