/** Typed calls of the TorchScript kernels: the one place that knows their names and argument orders. */
@NullMarked
package io.bisup.llm.kernel;

import org.jspecify.annotations.NullMarked;
