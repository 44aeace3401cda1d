/** Zero-shot tasks scored as lm-evaluation-harness scores them. */
@NullMarked
package io.bisup.measure.task;

import org.jspecify.annotations.NullMarked;
