/** GPTQ's checkpoints (formats §7). */
@NullMarked
package io.bisup.export.gptq;

import org.jspecify.annotations.NullMarked;
