package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Format;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorSources;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.List;

/**
 * A weight left as it is; it owns its tensor, which outlives the open scope.
 *
 * @param value [out, in] float32
 */
public record Exact(NDArray value) implements StoredWeight {

    /** Takes the tensor out of the open scope: from here on it closes with the weight. */
    public Exact {
        NDScope.unregister(value);
    }

    static Exact read(TensorRuntime runtime, String stem, int rows, WeightForm.Segment segment, StoredTensors stored) {
        return new Exact(stored.values(name(stem), rows, segment.columns()).load(runtime.manager()));
    }

    private static String name(String stem) {
        return stem + ".weight";
    }

    @Override
    public int rows() {
        return Math.toIntExact(value.getShape().get(0));
    }

    @Override
    public int columns() {
        return Math.toIntExact(value.getShape().get(1));
    }

    @Override
    public NDArray dequantize(TensorRuntime runtime) {
        return value.duplicate();
    }

    @Override
    public List<TensorSource> tensors(String stem) {
        return List.of(TensorSources.of(name(stem), value));
    }

    @Override
    public WeightForm form() {
        return WeightForm.of(rows(), columns(), Format.exact());
    }

    @Override
    public void close() {
        value.close();
    }
}
