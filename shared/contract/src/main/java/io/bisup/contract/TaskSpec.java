package io.bisup.contract;

import org.jspecify.annotations.Nullable;

/**
 * One zero-shot score to measure.
 *
 * @param dataset name of a registered data set with the task's rows
 * @param task the task's name in lm-evaluation-harness, such as arc_easy
 * @param limit documents to score, from the first; null for all
 * @param harness whose release's rules make tokens of text
 * @param bos whether a begin-of-sequence token is put first
 */
public record TaskSpec(
        String dataset, String task, @Nullable Integer limit, Harness harness, BosRule bos) implements EvaluationSpec {

    public TaskSpec {
        Check.name(dataset, "dataset");
        Check.name(task, "task");
        Check.range(limit == null ? 1 : limit, 1, 10_000_000, "limit");
        harness = harness == null ? Harness.V0_4_9_2 : harness;
        bos = bos == null ? BosRule.AUTO : bos;
    }

    @Override
    public int window() {
        return 0;
    }
}
