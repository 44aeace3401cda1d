package io.bisup.bench.eval;

import io.bisup.contract.TaskSample;
import java.util.List;
import java.util.Objects;

/**
 * How near two programs' answers to the same documents are.
 *
 * @param documents compared
 * @param difference largest |Δ log-likelihood|, in nats
 * @param outside log-likelihoods further apart than 1e-4 · |ll| + 1e-3
 * @param unequal documents of another prediction: acc, acc_norm or greedy
 */
public record Parity(int documents, double difference, int outside, int unequal) {

    private static final double RELATIVE = 1e-4;
    private static final double ABSOLUTE = 1e-3;

    /**
     * Compares samples.
     *
     * @throws IllegalStateException if they do not answer the same requests
     */
    static Parity of(List<TaskSample> ours, List<TaskSample> theirs) {
        if (ours.size() != theirs.size()) {
            throw new IllegalStateException(ours.size() + " documents here, " + theirs.size() + " there");
        }
        double difference = 0;
        int outside = 0;
        int unequal = 0;
        for (int i = 0; i < ours.size(); i++) {
            TaskSample one = ours.get(i);
            TaskSample other = theirs.get(i);
            requireSameRequests(one, other);
            for (int choice = 0; choice < one.ll().size(); choice++) {
                double expected = other.ll().get(choice);
                double apart = Math.abs(one.ll().get(choice) - expected);
                difference = Math.max(difference, apart);
                outside += apart <= RELATIVE * Math.abs(expected) + ABSOLUTE ? 0 : 1;
            }
            unequal += samePrediction(one, other) ? 0 : 1;
        }
        return new Parity(ours.size(), difference, outside, unequal);
    }

    private static void requireSameRequests(TaskSample one, TaskSample other) {
        if (one.docId() != other.docId() || !one.req().equals(other.req())) {
            throw new IllegalStateException(
                    "document " + one.docId() + " asks other requests here than document " + other.docId() + " there");
        }
    }

    private static boolean samePrediction(TaskSample one, TaskSample other) {
        return one.acc() == other.acc()
                && Objects.equals(one.accNorm(), other.accNorm())
                && one.greedy().equals(other.greedy());
    }

    /** Whether every log-likelihood is within the tolerance and every prediction equal. */
    boolean holds() {
        return outside == 0 && unequal == 0;
    }
}
