package io.bisup.llm.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;

/**
 * AdamW with decoupled weight decay (Loshchilov and Hutter, 2019), with the arithmetic of {@code torch.optim.AdamW}.
 *
 * <p>The moments live outside every {@link NDScope} and belong to this object. Not thread safe.
 */
public final class AdamW implements AutoCloseable {
    /**
     * Parameters that share a learning rate and a weight decay.
     *
     * @param parameters leaves of any shape for which {@link Kernels#requireGradient} was called; they stay the caller's
     */
    public record Group(String name, List<NDArray> parameters, double learningRate, double weightDecay) {
        /** Copies the list. */
        public Group {
            parameters = List.copyOf(parameters);
        }
    }

    /** The coefficients all groups share. */
    public record Settings(double beta1, double beta2, double epsilon) {
        /** The defaults of the paper and of PyTorch: 0.9, 0.999, 1e-8. */
        public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-8);
    }

    /**
     * The moments of a group.
     *
     * @param means one per parameter, of the same shape
     * @param variances one per parameter, of the same shape
     */
    @SuppressWarnings("ArrayRecordComponent") // one instance a group, never compared
    private record State(Group group, NDArray[] means, NDArray[] variances) {}

    private final Kernels kernels;
    private final Settings settings;
    private final List<State> states = new ArrayList<>();
    private long steps;

    /** Zero moments for every parameter of every group. */
    public AdamW(Kernels kernels, List<Group> groups, Settings settings) {
        this.kernels = kernels;
        this.settings = settings;
        for (Group group : groups) {
            states.add(new State(group, zeros(group), zeros(group)));
        }
    }

    private static NDArray[] zeros(Group group) {
        return group.parameters().stream()
                .map(NDArray::zerosLike)
                .peek(NDScope::unregister)
                .toArray(NDArray[]::new);
    }

    /** One update of every parameter from its gradient. */
    public void step() {
        step(1.0);
    }

    /** One update whose learning rates are multiplied by {@code schedule}, the value of a learning-rate schedule. */
    public void step(double schedule) {
        steps++;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            states.forEach(state -> update(state, schedule));
        }
    }

    private void update(State state, double schedule) {
        Group group = state.group();
        kernels.call(
                "adamw",
                group.parameters().toArray(NDArray[]::new),
                gradients(group),
                state.means(),
                state.variances(),
                steps,
                group.learningRate() * schedule,
                group.weightDecay(),
                settings.beta1(),
                settings.beta2(),
                settings.epsilon());
    }

    /**
     * Scales the gradients of all groups so that their joint Euclidean norm is at most {@code limit}.
     *
     * @return the norm before; not finite when a gradient is not finite, so that a caller can skip the step
     */
    public double clipGradientNorm(double limit) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray[] all = states.stream()
                    .flatMap(state -> List.of(gradients(state.group())).stream())
                    .toArray(NDArray[]::new);
            NDArray norm = kernels.call("clip_gradients", all, limit);
            return ((Number) norm.toArray()[0]).doubleValue();
        }
    }

    /** Sets all gradients to zero; call before the next backward pass, which adds to them. */
    public void zeroGradients() {
        for (State state : states) {
            kernels.zeroGradients(state.group().parameters().toArray(NDArray[]::new));
        }
    }

    private NDArray[] gradients(Group group) {
        return group.parameters().stream().map(kernels::gradient).toArray(NDArray[]::new);
    }

    /** Frees the moments, not the parameters. */
    @Override
    public void close() {
        for (State state : states) {
            for (NDArray mean : state.means()) {
                mean.close();
            }
            for (NDArray variance : state.variances()) {
                variance.close();
            }
        }
        states.clear();
    }
}
