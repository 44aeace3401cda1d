/** An attempt's process: computes what its supervisor orders. Knows folders, knows no store and holds no credentials. */
@NullMarked
package io.bisup.worker.attempt;

import org.jspecify.annotations.NullMarked;
