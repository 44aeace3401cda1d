package io.bisup.llm.transform;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/** Reads maps back from an artifact. */
public final class ChannelMaps {

    private ChannelMaps() {}

    /**
     * The map that {@link ChannelMap#describe} and {@link ChannelMap#tensors} stored.
     *
     * @param stem of the tensors' names
     * @param tensors finds a tensor by name
     * @throws FailureException when a tensor is missing or of another width
     */
    public static ChannelMap open(
            TensorRuntime runtime,
            MapDescription description,
            String stem,
            Function<String, Optional<TensorView>> tensors) {
        return switch (description.kind()) {
            case DIAGONAL -> Diagonal.kept(vector(runtime, description, stem + ".divisor", tensors));
            case OFFSET -> Offset.kept(vector(runtime, description, stem + ".offset", tensors));
            case PERMUTATION ->
                Permutation.of(
                        runtime.manager(),
                        Arrays.stream(stored(description, stem + ".order", tensors)
                                        .toLongs())
                                .mapToInt(Math::toIntExact)
                                .toArray());
            case ORTHOGONAL -> Orthogonal.of(runtime, description);
        };
    }

    /**
     * Σ y yᵀ of mapped channels y = x M, of a map without a constant part: Mᵀ (Σ x xᵀ) M.
     *
     * @param gram Σ x xᵀ, [n, n]
     * @return [n, n], a tensor of the open scope
     * @throws IllegalArgumentException for an {@link Offset}
     */
    public static NDArray gram(KernelCalls kernels, ChannelMap map, NDArray gram) {
        if (map instanceof Offset) {
            throw new IllegalArgumentException(
                    "second moments of shifted channels need their means; observe them anew");
        }
        return Tensors.inScope(() -> {
            NDArray half = map.apply(kernels, gram);
            return map.apply(kernels, new MapKernels(kernels).transposed(half));
        });
    }

    private static NDArray vector(
            TensorRuntime runtime,
            MapDescription description,
            String name,
            Function<String, Optional<TensorView>> tensors) {
        return stored(description, name, tensors).load(runtime.manager());
    }

    private static TensorView stored(
            MapDescription description, String name, Function<String, Optional<TensorView>> tensors) {
        TensorView view = tensors.apply(name).orElseThrow(() -> malformed("tensor " + name + " is missing"));
        if (view.entry().elements() != description.width()) {
            throw malformed(name + " has " + view.entry().elements() + " elements, its map " + description.width());
        }
        return view;
    }

    private static FailureException malformed(String what) {
        return new FailureException(
                FailureCode.MALFORMED_CHECKPOINT, "the artifact's " + what + "; make the artifact again");
    }
}
