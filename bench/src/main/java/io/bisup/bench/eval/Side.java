package io.bisup.bench.eval;

import io.bisup.bench.methods.TaskFile;
import io.bisup.contract.TaskSample;
import java.io.IOException;
import java.util.List;

/** A program with a model open that scores tasks. */
interface Side extends AutoCloseable {

    /**
     * What was scored and what it took.
     *
     * @param cost of the scoring
     * @param samples of every document, in the file's order
     */
    record Timed(EvalSide cost, List<TaskSample> samples) {
        public Timed {
            samples = List.copyOf(samples);
        }

        /** The same answers, of whichever took less time. */
        Timed faster(Timed other) {
            return other.cost.seconds() < cost.seconds() ? other : this;
        }
    }

    /** Scores the first documents of a task. */
    Timed score(TaskFile file, int limit) throws IOException;

    @Override
    void close();
}
