package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The hidden states of all calibration samples between two blocks, float32 in a mapped file: the operating system keeps
 * in memory what it can. One block's output replaces its input sample by sample.
 *
 * <p>The file's blocks are allocated before it is mapped: a store to a mapped page that the disk has no room for cannot be
 * reported as an error, it ends in an InternalError or kills the process.
 */
final class ActivationStream implements AutoCloseable {

    private final NDManager manager;
    private final Shape shape;
    private final MemorySegment data;
    private final TensorOwner owned;

    private static final int PIECE_BYTES = 1 << 20;

    /**
     * Allocates the file.
     *
     * @param samples number of samples
     * @param time tokens of each
     * @param hidden width of the residual stream
     * @throws UncheckedIOException if the disk has no room for all samples; no file is left then
     */
    ActivationStream(NDManager manager, Path file, int samples, int time, int hidden) {
        this.manager = manager;
        this.shape = new Shape(1, time, hidden);
        try (TensorOwner owner = new TensorOwner()) {
            // Unmapped before it is deleted: the last owned is closed first.
            owner.own(() -> Files.deleteIfExists(file));
            this.data = map(file, samples * sampleBytes(), owner.own(Arena.ofShared()));
            this.owned = owner.keep();
        }
    }

    private long sampleBytes() {
        return shape.size() * Float.BYTES;
    }

    private static MemorySegment map(Path file, long bytes, Arena arena) {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            allocate(channel, bytes);
            return channel.map(MapMode.READ_WRITE, 0, bytes, arena);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot hold " + bytes + " bytes of activations at " + file + ": " + e.getMessage(), e);
        }
    }

    /** Writes every byte: a file that was only made longer has no blocks behind it. */
    private static void allocate(FileChannel channel, long bytes) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(PIECE_BYTES);
        for (long position = 0; position < bytes; ) {
            zeros.clear().limit((int) Math.min(PIECE_BYTES, bytes - position));
            position += channel.write(zeros, position);
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
        owned.close();
    }
}
