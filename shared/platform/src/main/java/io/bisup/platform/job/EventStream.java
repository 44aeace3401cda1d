package io.bisup.platform.job;

import io.bisup.contract.JobEvent;
import java.util.List;
import java.util.function.Consumer;

/** The events of a job, in order and without gaps: the history, and what comes. */
public interface EventStream {

    /** Up to {@code limit} events after {@code sequence} (0 = from the start), in order. */
    List<JobEvent> read(String jobId, long sequence, int limit);

    /**
     * Delivers each event after {@code sequence} to {@code sink}, once and in order, from a thread of its own, until closed
     * or until {@code sink} throws. Survives a lost database connection.
     */
    Following follow(String jobId, long sequence, Consumer<JobEvent> sink);

    /** A running delivery; closing it twice is fine. */
    interface Following extends AutoCloseable {
        @Override
        void close();
    }
}
