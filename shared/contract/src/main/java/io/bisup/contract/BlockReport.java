package io.bisup.contract;

import java.util.List;
import java.util.stream.Stream;

/**
 * What happened to one block.
 *
 * @param block index from 0
 * @param lossBefore mean squared error of the block's output before learning, over the training samples
 * @param lossAfter the same after learning
 * @param heldOutBefore the same before learning, over the held-out samples
 * @param heldOutAfter the same after learning
 * @param relativeError ‖x−x̂‖²/‖x‖² of the block's output on the quantized stream (the vertical curve of the paper)
 * @param seconds wall time of the block
 * @param peakMemoryBytes high-water mark on the device while the block was worked on
 * @param attempt the attempt that committed it; 0 when an attempt of the job did that this one retries
 * @param notes guards that fired (reverted, NaN restored, a costly prefix), in words; empty when none
 */
public record BlockReport(
        int block,
        double lossBefore,
        double lossAfter,
        double heldOutBefore,
        double heldOutAfter,
        double relativeError,
        double seconds,
        long peakMemoryBytes,
        int attempt,
        List<String> notes) {

    public BlockReport {
        notes = notes == null ? List.of() : List.copyOf(notes);
    }

    /** The same block, committed by another attempt. */
    public BlockReport byAttempt(int number) {
        return with(number, notes);
    }

    /** The same block, with one note more, before the others. */
    public BlockReport withNote(String note) {
        return with(attempt, Stream.concat(Stream.of(note), notes.stream()).toList());
    }

    private BlockReport with(int number, List<String> told) {
        return new BlockReport(
                block,
                lossBefore,
                lossAfter,
                heldOutBefore,
                heldOutAfter,
                relativeError,
                seconds,
                peakMemoryBytes,
                number,
                told);
    }
}
