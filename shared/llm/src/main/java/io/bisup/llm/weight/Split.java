package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A weight whose input channels are stored in several formats; keepers are the last segment (Atom, arXiv 2310.19102, §4.1).
 *
 * @param segments side by side, each with all output channels
 */
public record Split(List<StoredWeight> segments) implements StoredWeight {

    public Split {
        segments = List.copyOf(segments);
        if (segments.isEmpty()
                || segments.stream().mapToInt(StoredWeight::rows).distinct().count() != 1) {
            throw new IllegalArgumentException("segments of a weight need the same output channels, not "
                    + segments.stream().map(StoredWeight::rows).toList());
        }
    }

    static String stem(String stem, int segment) {
        return stem + "." + segment;
    }

    @Override
    public int rows() {
        return segments.getFirst().rows();
    }

    @Override
    public int columns() {
        return segments.stream().mapToInt(StoredWeight::columns).sum();
    }

    @Override
    public NDArray dequantize(TensorRuntime runtime) {
        return Tensors.inScope(() -> new WeightKernels(runtime)
                .joined(segments.stream()
                        .map(segment -> segment.dequantize(runtime))
                        .toList()));
    }

    @Override
    public List<TensorSource> tensors(String stem) {
        return IntStream.range(0, segments.size())
                .boxed()
                .flatMap(i -> segments.get(i).tensors(stem(stem, i)).stream())
                .toList();
    }

    @Override
    public WeightForm form() {
        return new WeightForm(
                rows(),
                segments.stream().flatMap(s -> s.form().segments().stream()).toList());
    }

    @Override
    public void close() {
        segments.forEach(StoredWeight::close);
    }
}
