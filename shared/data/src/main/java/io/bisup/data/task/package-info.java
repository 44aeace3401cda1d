/** Zero-shot tasks: from a data set's rows to the requests that lm-evaluation-harness makes of them. */
@NullMarked
package io.bisup.data.task;

import org.jspecify.annotations.NullMarked;
