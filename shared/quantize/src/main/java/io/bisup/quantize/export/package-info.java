/** What is written of a finished model: the native artifact. */
@NullMarked
package io.bisup.quantize.export;

import org.jspecify.annotations.NullMarked;
