package io.bisup.bench.eval;

import io.bisup.bench.methods.TaskFile;

/**
 * A task that is to have a row.
 *
 * @param file of its documents
 * @param key of the row
 */
record PlannedTask(TaskFile file, EvalKey key) {}
