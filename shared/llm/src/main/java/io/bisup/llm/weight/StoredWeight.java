package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** A weight [out, in] as an artifact stores it. Closing frees what it holds outside the Java heap. */
public sealed interface StoredWeight extends AutoCloseable permits Exact, Uniform, Split {

    /** Output channels. */
    int rows();

    /** Input channels. */
    int columns();

    /** What the stored numbers stand for, [out, in] float32; a new tensor. */
    NDArray dequantize(TensorRuntime runtime);

    /** The tensors to store, named {@code stem} (the weight's name without {@code .weight}) and a suffix; it must stay open until then. */
    List<TensorSource> tensors(String stem);

    /** What the tensors do not tell and a reader must know. */
    WeightForm form();

    @Override
    default void close() {}

    /** Segments of input channels side by side; one segment is returned as it is. */
    static StoredWeight of(List<StoredWeight> segments) {
        return segments.size() == 1 ? segments.getFirst() : new Split(segments);
    }

    /**
     * Reads a weight back.
     *
     * @param stem as for {@link #tensors}
     * @param find finds a stored tensor by name
     * @throws io.bisup.contract.FailureException when a tensor is missing or does not have the form's shape
     */
    static StoredWeight read(
            TensorRuntime runtime, String stem, WeightForm form, Function<String, Optional<TensorView>> find) {
        StoredTensors stored = new StoredTensors(find);
        List<WeightForm.Segment> segments = form.segments();
        if (segments.size() == 1) {
            return read(runtime, stem, form.rows(), segments.getFirst(), stored);
        }
        try (TensorOwner owner = new TensorOwner()) {
            List<StoredWeight> parts = new ArrayList<>();
            for (int i = 0; i < segments.size(); i++) {
                parts.add(owner.own(read(runtime, Split.stem(stem, i), form.rows(), segments.get(i), stored)));
            }
            return owner.handOver(new Split(parts));
        }
    }

    private static StoredWeight read(
            TensorRuntime runtime, String stem, int rows, WeightForm.Segment segment, StoredTensors stored) {
        return segment.format().quantizes()
                ? Uniform.read(stem, rows, segment, stored)
                : Exact.read(runtime, stem, rows, segment, stored);
    }
}
