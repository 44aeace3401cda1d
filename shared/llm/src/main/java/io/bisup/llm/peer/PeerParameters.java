package io.bisup.llm.peer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.config.StoredPart;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Loads the parameters of a quantized model by the names of {@link io.bisup.llm.config.ModelTensors}, packed weights dequantized. */
final class PeerParameters {
    private final QuantizedModel model;
    private final Checkpoint checkpoint;
    private final TensorRuntime runtime;

    PeerParameters(QuantizedModel model, Checkpoint checkpoint, TensorRuntime runtime) {
        this.model = model;
        this.checkpoint = checkpoint;
        this.runtime = runtime;
    }

    /** A parameter as float32, on the runtime's device. */
    NDArray load(String parameter) {
        StoredPart part = model.part(parameter);
        if (part.storedShape().size() < 2) {
            return checkpoint.load(part.tensor(), runtime.manager());
        }
        PeerModule module = model.module(part.tensor());
        Optional<PackedLayout> layout = model.scheme().layout(module, checkpoint.names());
        return layout.isPresent() ? unpacked(layout.get(), module, part) : plain(part);
    }

    /** The bias stored with a linear weight, whatever config.json says of biases; or null. */
    @Nullable
    NDArray bias(String weight) {
        return checkpoint
                .find(PeerModule.withoutSuffix(weight) + ".bias")
                .map(view -> view.load(runtime.manager()))
                .orElse(null);
    }

    private NDArray plain(StoredPart part) {
        TensorView stored = checkpoint.tensor(part.tensor());
        return stored.rows(part.firstRow(), part.rows()).load(runtime.manager());
    }

    private NDArray unpacked(PackedLayout layout, PeerModule module, StoredPart part) {
        PackedWeight weight = layout.open(
                module,
                new ModuleTensors(
                        suffix -> checkpoint.find(module.name() + suffix).orElse(null)));
        long skipped = part.firstRow() * module.columns();
        return Tensors.decoded(
                runtime.manager(),
                new Shape(part.rows(), module.columns()),
                DataType.FLOAT32,
                (first, count, target) -> weight.decode(skipped + first, count, target));
    }
}
