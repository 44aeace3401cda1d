/** What is written of a finished model: the native artifact. */
@NullMarked
package io.bisup.worker.export;

import org.jspecify.annotations.NullMarked;
