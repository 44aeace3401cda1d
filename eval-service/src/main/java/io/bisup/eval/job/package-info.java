/** Claims evaluation jobs, measures and records; knows stores, knows no mathematics. */
@NullMarked
package io.bisup.eval.job;

import org.jspecify.annotations.NullMarked;
