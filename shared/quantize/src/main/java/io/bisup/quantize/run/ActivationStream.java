package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The hidden states of all calibration samples between two blocks, float32 in a mapped file: the operating system keeps
 * in memory what it can. One block's output replaces its input sample by sample.
 */
final class ActivationStream implements AutoCloseable {

    private final NDManager manager;
    private final Shape shape;
    private final Path file;
    private final Arena arena;
    private final MemorySegment data;

    /**
     * @param samples number of samples
     * @param time tokens of each
     * @param hidden width of the residual stream
     */
    ActivationStream(NDManager manager, Path file, int samples, int time, int hidden) {
        this.manager = manager;
        this.shape = new Shape(1, time, hidden);
        this.file = file;
        this.arena = Arena.ofShared();
        this.data = map(file, samples * sampleBytes(), arena);
    }

    private long sampleBytes() {
        return shape.size() * Float.BYTES;
    }

    private static MemorySegment map(Path file, long bytes, Arena arena) {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(MapMode.READ_WRITE, 0, bytes, arena);
        } catch (IOException e) {
            arena.close();
            throw new UncheckedIOException("cannot map " + bytes + " bytes of activations at " + file, e);
        }
    }

    /** One sample, [1, time, hidden], on the manager's device. */
    NDArray read(int sample) {
        return Tensors.segment(manager, slice(sample), shape, DataType.FLOAT32);
    }

    /** Replaces one sample. */
    void write(int sample, NDArray hidden) {
        Tensors.copyTo(hidden, slice(sample));
    }

    private MemorySegment slice(int sample) {
        return data.asSlice(sample * sampleBytes(), sampleBytes());
    }

    /** Unmaps and deletes the file. */
    @Override
    public void close() {
        arena.close();
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file, e);
        }
    }
}
