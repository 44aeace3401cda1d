package io.bisup.llm.plan;

import io.bisup.contract.recipe.Transform.Rotate;
import io.bisup.contract.recipe.Transform.Rotate.Rotation;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Rotations;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The rotations of a plan, the same for every block; null where the recipe has none (QuaRot, arXiv 2404.00456; methods §4.1). */
public final class PlanRotations implements AutoCloseable {

    private final BlockPlan plan;
    private final Rotations rotations;
    private final TensorOwner owner;
    private final @Nullable ChannelMap residual;
    private final @Nullable ChannelMap values;
    private final @Nullable ChannelMap valuesOfQueries;
    private final @Nullable ChannelMap acrossHeads;
    private final @Nullable ChannelMap down;
    private final @Nullable ChannelMap keys;

    PlanRotations(TensorRuntime runtime, BlockPlan plan) {
        this.plan = plan;
        this.rotations = new Rotations(runtime);
        DecoderConfig config = plan.config();
        int headDim = config.headDim();
        try (TensorOwner building = new TensorOwner()) {
            this.residual = make(building, Rotation.RESIDUAL, rotate -> residual(rotate, config.hiddenSize()));
            this.values = make(
                    building,
                    Rotation.VALUE_HEADS,
                    rotate -> rotations.perHead(config.keyValueHeads(), headDim, rotate.seed()));
            this.valuesOfQueries = make(
                    building,
                    Rotation.VALUE_HEADS,
                    rotate -> rotations.perHead(config.attentionHeads(), headDim, rotate.seed()));
            this.acrossHeads = make(
                    building,
                    Rotation.ACROSS_HEADS,
                    rotate -> rotations.acrossHeads(config.attentionHeads(), headDim, rotate.seed()));
            this.down =
                    make(building, Rotation.DOWN, rotate -> rotations.online(config.intermediateSize(), rotate.seed()));
            this.keys = plan.cache().rotateKeys() ? building.own(rotations.online(headDim, 0)) : null;
            this.owner = building.keep();
        }
    }

    private @Nullable ChannelMap make(TensorOwner building, Rotation of, Function<Rotate, ChannelMap> maker) {
        return plan.rotation(of).map(maker).map(building::own).orElse(null);
    }

    private ChannelMap residual(Rotate rotate, int width) {
        return switch (rotate.kind()) {
            case HADAMARD -> rotations.residual(width, rotate.seed());
            case ORTHOGONAL -> rotations.random(width, rotate.seed());
        };
    }

    /** R1, of the residual stream, [hidden]. */
    public @Nullable ChannelMap residual() {
        return residual;
    }

    /** R2 as the value projection's rows see it, [kv heads · head dim]. */
    public @Nullable ChannelMap values() {
        return values;
    }

    /** R2 as the output projection's columns see it, [heads · head dim]. */
    public @Nullable ChannelMap valuesOfQueries() {
        return valuesOfQueries;
    }

    /** Of the output projection's input, [heads · head dim], at run time. */
    public @Nullable ChannelMap acrossHeads() {
        return acrossHeads;
    }

    /** R4, of the down projection's input, [intermediate], at run time. */
    public @Nullable ChannelMap down() {
        return down;
    }

    /** Of each head's keys, [head dim], while the cache quantizes them. */
    public @Nullable ChannelMap keys() {
        return keys;
    }

    @Override
    public void close() {
        owner.close();
    }
}
