package io.bisup.llm.transform;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Rotation: x Q with Q = D (F₁ ⊗ … ⊗ F_m), D random signs or the identity and F_i small orthogonal matrices (QuaRot, arXiv
 * 2404.00456; methods §1.7). Applied factor by factor: n · Σ size(F_i) multiplications a token instead of n².
 *
 * <p>Made by {@link Rotations}.
 */
public final class Orthogonal implements ChannelMap {
    private final MapDescription description;
    private final MapKernels.Product product;

    private Orthogonal(MapDescription description, NDArray[] matrices, NDArray signs) {
        this.description = description;
        this.product = new MapKernels.Product(
                signs,
                matrices,
                description.factors().stream().mapToLong(Factor::size).toArray(),
                description.factors().stream().mapToDouble(Orthogonal::scale).toArray());
    }

    /** The map that a description tells of. */
    static Orthogonal of(TensorRuntime runtime, MapDescription description) {
        List<Factor> factors = description.factors();
        NDArray[] tensors = Tensors.manyInScope(() -> Stream.concat(
                        factors.stream().map(factor -> matrix(runtime, factor)),
                        Stream.of(signs(runtime.manager(), description.width(), description.signSeed())))
                .toArray(NDArray[]::new));
        NDScope.unregister(tensors);
        return new Orthogonal(description, Arrays.copyOf(tensors, factors.size()), tensors[factors.size()]);
    }

    /** A matrix before its scale; without elements for the identity. */
    private static NDArray matrix(TensorRuntime runtime, Factor factor) {
        return switch (factor.kind()) {
            case IDENTITY -> runtime.manager().create(new Shape(0));
            case HADAMARD ->
                Tensors.floats(
                        runtime.manager(), HadamardMatrix.of(factor.size()).toFloats(), factor.size(), factor.size());
            case RANDOM -> RandomOrthogonal.of(runtime, factor.size(), factor.seed());
        };
    }

    private static double scale(Factor factor) {
        return switch (factor.kind()) {
            case IDENTITY, RANDOM -> 1;
            case HADAMARD -> 1 / Math.sqrt(factor.size());
        };
    }

    /** {@link Random}, because its algorithm is specified: the same signs in every release. */
    private static NDArray signs(NDManager manager, int width, @Nullable Long seed) {
        if (seed == null) {
            return manager.create(new Shape(0));
        }
        Random random = new Random(seed);
        float[] signs = new float[width];
        for (int i = 0; i < width; i++) {
            signs[i] = random.nextBoolean() ? 1 : -1;
        }
        return Tensors.floats(manager, signs, width);
    }

    static List<Factor> concat(List<Factor> first, List<Factor> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    @Override
    public int width() {
        return description.width();
    }

    @Override
    public NDArray apply(KernelCalls kernels, NDArray x) {
        return new MapKernels(kernels).rotate(x, product);
    }

    @Override
    public NDArray undo(KernelCalls kernels, NDArray y) {
        return new MapKernels(kernels).rotateBack(y, product);
    }

    @Override
    public NDArray columns(KernelCalls kernels, NDArray weight) {
        return apply(kernels, weight);
    }

    @Override
    public NDArray rows(KernelCalls kernels, NDArray weight) {
        return new MapKernels(kernels).rotateRows(weight, product);
    }

    @Override
    public NDArray bias(KernelCalls kernels, NDArray bias) {
        return bias.size() == 0 ? bias : apply(kernels, bias);
    }

    @Override
    public MapDescription describe() {
        return description;
    }

    @Override
    public void close() {
        product.signs().close();
        for (NDArray matrix : product.factors()) {
            matrix.close();
        }
    }
}
