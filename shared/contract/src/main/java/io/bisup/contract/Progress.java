package io.bisup.contract;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where an attempt is.
 *
 * @param phase what it is doing
 * @param blocksDone blocks committed so far, over all attempts
 * @param blocks blocks of the model
 * @param secondsPerBlock median of the blocks done, or null before the first
 * @param etaSeconds likely seconds until the artifact is published, or null while unknown
 * @param updatedAt when this was written, by the database's clock
 * @param waitingFor the store that the attempt waits for, or null while it works
 */
public record Progress(
        Phase phase,
        int blocksDone,
        int blocks,
        @Nullable Double secondsPerBlock,
        @Nullable Double etaSeconds,
        @Nullable Instant updatedAt,
        @Nullable WaitingFor waitingFor) {

    /**
     * A store that does not answer; the attempt goes on by itself when it does.
     *
     * @param store its name, such as "object store"
     * @param since when the wait was first reported, by the database's clock; null until it is recorded
     */
    public record WaitingFor(String store, @Nullable Instant since) {}

    /** Of an attempt that works. */
    public Progress(
            Phase phase,
            int blocksDone,
            int blocks,
            @Nullable Double secondsPerBlock,
            @Nullable Double etaSeconds,
            @Nullable Instant updatedAt) {
        this(phase, blocksDone, blocks, secondsPerBlock, etaSeconds, updatedAt, null);
    }

    /** The same with the blocks that the store knows to be committed: heartbeats tell of them later. */
    public Progress withCommitted(int committed) {
        Double left = secondsPerBlock == null ? etaSeconds : Double.valueOf(secondsPerBlock * (blocks - committed));
        return new Progress(phase, committed, blocks, secondsPerBlock, left, updatedAt, waitingFor);
    }
}
