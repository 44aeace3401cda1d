/** Quantization jobs over HTTP: submission, status, lists, commands and live events. */
@NullMarked
package io.bisup.api.job;

import org.jspecify.annotations.NullMarked;
