package io.bisup.contract;

import org.jspecify.annotations.Nullable;

/**
 * One task's score to measure, zero-shot unless examples are named.
 *
 * @param dataset name of a registered data set with the task's rows
 * @param task the task's name in lm-evaluation-harness, such as arc_easy
 * @param limit documents to score, from the first; null for all
 * @param examples solved examples before each document; null for none
 * @param harness whose release's rules make tokens of text
 * @param bos whether a begin-of-sequence token is put first
 */
public record TaskSpec(
        String dataset,
        String task,
        @Nullable Integer limit,
        @Nullable Examples examples,
        Harness harness,
        BosRule bos) implements EvaluationSpec {

    /**
     * Solved examples, the first of each document's subject.
     *
     * @param dataset name of a registered data set: the task's development split
     * @param shots how many, 1 to 100
     */
    public record Examples(String dataset, int shots) {
        public Examples {
            Check.name(dataset, "dataset");
            Check.range(shots, 1, 100, "shots");
        }
    }

    public TaskSpec {
        Check.name(dataset, "dataset");
        Check.name(task, "task");
        Check.range(limit == null ? 1 : limit, 1, 10_000_000, "limit");
        harness = harness == null ? Harness.V0_4_9_2 : harness;
        bos = bos == null ? BosRule.AUTO : bos;
    }

    /** A task by the newest harness's rules, without examples. */
    public static TaskSpec zeroShot(String dataset, String task, @Nullable Integer limit) {
        return new TaskSpec(dataset, task, limit, null, Harness.V0_4_9_2, BosRule.AUTO);
    }

    /** The same behind solved examples. */
    public TaskSpec behind(Examples shown) {
        return new TaskSpec(dataset, task, limit, shown, harness, bos);
    }

    @Override
    public int window() {
        return 0;
    }
}
