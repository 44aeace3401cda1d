package io.bisup.llm.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import io.bisup.llm.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One tensor of an open checkpoint: what the header says, and its bytes (read-only, little-endian, perhaps unaligned).
 *
 * @param file name of the file it is in, for messages
 */
public record TensorView(String file, TensorEntry entry, MemorySegment data) {

    /** The tensor's name. */
    public String name() {
        return entry.name();
    }

    /** The element type on disk. */
    public DType dtype() {
        return entry.dtype();
    }

    /** Dimensions, outermost first. */
    public List<Long> shape() {
        return entry.shape();
    }

    /**
     * Copies the tensor to the manager's device as float32 of {@link #shape}. float16 and bfloat16 are widened exactly,
     * float64 is rounded to nearest. The result owns its memory: the file may be closed.
     *
     * @return a tensor of the open scope or, without one, the caller's
     * @throws MalformedCheckpointException if the type on disk is not a floating-point format
     */
    public NDArray load(NDManager manager) {
        requireFloating();
        NDArray loaded = Tensors.decoded(manager, djlShape(), DataType.FLOAT32, this::decodeFloats);
        forget();
        return loaded;
    }

    /**
     * Copies an integer tensor (I64, I32, U8, I8 or I16) to the manager's device as int64 of {@link #shape}, such as
     * token ids.
     *
     * @return a tensor of the open scope or, without one, the caller's
     * @throws MalformedCheckpointException if the type on disk is not one of these
     * @throws ArithmeticException if it has 2^31 elements or more
     */
    public NDArray loadIntegers(NDManager manager) {
        return Tensors.longs(manager, toLongs(), djlShape().getShape());
    }

    /** The elements of an integer tensor of fewer than 2^31 elements. */
    public long[] toLongs() {
        return Elements.integers(this);
    }

    /** The elements of a floating-point tensor of fewer than 2^29 elements, as float32. */
    public float[] toFloats() {
        requireFloating();
        float[] values = new float[Math.toIntExact(entry.elements())];
        decodeFloats(0, values.length, MemorySegment.ofArray(values));
        return values;
    }

    /** Writes {@code count} elements from element {@code first} to {@code target} as native float32. */
    public void decodeFloats(long first, long count, MemorySegment target) {
        int width = dtype().bytes();
        Elements.floats(dtype(), data.asSlice(first * width, count * width), target, count);
    }

    /**
     * Consecutive rows (along the outermost dimension) of the tensor, as a tensor of its own.
     *
     * @throws IndexOutOfBoundsException if the tensor has no such rows
     */
    public TensorView rows(long first, long count) {
        Objects.checkFromIndexSize(first, count, shape().getFirst());
        long bytes = entry.bytes() / shape().getFirst();
        List<Long> part = new ArrayList<>(shape());
        part.set(0, count);
        long begin = entry.begin() + first * bytes;
        return new TensorView(
                file,
                new TensorEntry(name(), dtype(), part, begin, begin + count * bytes),
                data.asSlice(first * bytes, count * bytes));
    }

    /**
     * Reads all elements once and checks that each is a finite number as float32; the file's pages are given back.
     *
     * @throws FailureException naming file, tensor and element when one is NaN or infinite
     */
    public void requireFinite() {
        requireFloating();
        long element = FiniteElements.firstNotFinite(dtype(), data);
        if (element >= 0) {
            throw new FailureException(
                    FailureCode.NON_FINITE_VALUES,
                    file + ", tensor " + name() + ": element " + element + " is "
                            + element(element)
                            + "; start from a checkpoint whose weights are all finite");
        }
        forget();
    }

    private float element(long index) {
        float[] value = new float[1];
        decodeFloats(index, 1, MemorySegment.ofArray(value));
        return value[0];
    }

    /** The file's pages must not add up over the blocks of a model. */
    private void forget() {
        if (data.isMapped()) {
            data.unload();
        }
    }

    private Shape djlShape() {
        return new Shape(shape().stream().mapToLong(Long::longValue).toArray());
    }

    private void requireFloating() {
        if (!dtype().isFloating()) {
            throw new MalformedCheckpointException(
                    Code.TENSOR_WRONG_DTYPE,
                    file,
                    name(),
                    dtype() + " is no floating-point type",
                    "weights are BF16, F16, F32 or F64");
        }
    }
}
