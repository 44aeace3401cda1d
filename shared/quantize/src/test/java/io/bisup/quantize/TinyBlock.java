package io.bisup.quantize;

import static io.bisup.quantize.TinyModels.RUNTIME;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.fold.Fold;
import io.bisup.llm.kernel.LossWeights;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.plan.PlannedBlock;
import io.bisup.llm.plan.Planner;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.block.Samples;
import io.bisup.quantize.block.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One block of a tiny model under a recipe: what stages work on, and a draft to fill. Samples are Gaussian, a little off on the
 * quantized stream; targets are what the full-precision block makes of the exact ones.
 */
public final class TinyBlock implements AutoCloseable {
    public static final int SAMPLES = 8;
    public static final int TIME = 32;

    private final TensorOwner owner = new TensorOwner();
    private final DecoderConfig config;
    private final RotaryEmbedding rotary;
    private final DecoderBlockWeights weights;
    private final DecoderBlock fullPrecision;
    private final List<NDArray> exact = new ArrayList<>();
    private final List<NDArray> quantized = new ArrayList<>();
    private final List<NDArray> targets = new ArrayList<>();
    private final BlockWork work;
    private final Draft draft;

    public TinyBlock(Recipe recipe, DecoderConfig config) {
        this(recipe, config, SAMPLES, null);
    }

    /** @param prefix exact keys and values before every sample, or null */
    public TinyBlock(Recipe recipe, DecoderConfig config, int samples, @Nullable KeyValues prefix) {
        this.config = config;
        this.rotary = owner.own(new RotaryEmbedding(RUNTIME, config, DataType.FLOAT32));
        PlannedBlock planned = owner.own(new PlannedBlock(RUNTIME, Planner.require(recipe, config)));
        ChannelMap residual = planned.rotations().residual();
        DecoderBlockWeights stored = DecoderBlockWeights.load(config, 0, name -> TinyModels.parameter(config, name));
        stored.tensors().values().forEach(owner::own);
        this.weights = residual == null ? stored : Fold.residual(RUNTIME.kernels(), stored, residual);
        this.weights.tensors().values().forEach(owner::own);
        this.fullPrecision = owner.own(DecoderBlock.fullPrecision(config, 0, weights, false));
        for (int sample = 0; sample < samples; sample++) {
            Random random = new Random(sample);
            NDArray x = owner.own(Gaussians.floats(random, 1, TIME, config.hiddenSize()));
            exact.add(x);
            quantized.add(owner.own(
                    x.add(Gaussians.floats(random, 1, TIME, config.hiddenSize()).mul(0.02f))));
            targets.add(owner.own(fullPrecision.forward(
                    RUNTIME.kernels(),
                    x,
                    rotary,
                    prefix == null ? AttentionContext.EMPTY : AttentionContext.of(prefix))));
        }
        this.work = new BlockWork(
                RUNTIME,
                planned,
                0,
                weights,
                samples(),
                rotary.angles(prefix == null ? 0 : prefix.length(), TIME),
                prefix,
                1,
                new Seeds(0),
                Control.NONE);
        this.draft = owner.own(new Draft(work));
    }

    private Samples samples() {
        NDArray none = owner.own(RUNTIME.manager().create(new Shape(0)));
        return new Samples() {
            @Override
            public int count() {
                return targets.size();
            }

            @Override
            public NDArray input(int sample) {
                return quantized.get(sample).duplicate();
            }

            @Override
            public NDArray target(int sample) {
                return targets.get(sample).duplicate();
            }

            @Override
            public LossWeights lossWeights(int sample) {
                return new LossWeights(none, none);
            }

            @Override
            public NDArray exactInput(int sample) {
                return exact.get(sample).duplicate();
            }
        };
    }

    /** Puts other targets in the place of the samples'. */
    public void aimAt(IntFunction<NDArray> target) {
        for (int sample = 0; sample < targets.size(); sample++) {
            targets.set(sample, owner.own(target.apply(sample)));
        }
    }

    public BlockWork work() {
        return work;
    }

    /** The draft of the block; empty at first. */
    public Draft draft() {
        return draft;
    }

    public DecoderConfig config() {
        return config;
    }

    /** A sample through the block as trained, on the rotated residual stream where the plan rotates it. */
    public NDArray expected(int sample, BlockObserver observer) {
        return run(fullPrecision, sample, observer);
    }

    /** The same through the draft with nothing rounded. */
    public NDArray unrounded(int sample, BlockObserver observer) {
        return run(work.planned().exact(0, operands()), sample, observer);
    }

    /** The same through the draft with everything rounded to nearest. */
    public NDArray nearest(int sample) {
        BlockOperands operands = operands();
        return quantized(sample, work.planned().roundedToNearest(work.layer(), work.kernels(), operands));
    }

    /** The same through the draft that multiplies given weights. */
    public NDArray quantized(int sample, DecoderBlockWeights rounded) {
        return run(work.planned().quantized(0, rounded, operands()), sample, BlockObserver.NONE);
    }

    public BlockOperands operands() {
        return draft.operands(work.kernels());
    }

    private NDArray run(DecoderBlock block, int sample, BlockObserver observer) {
        return block.run(
                work.kernels(), work.samples().input(sample), work.angles(), draft.context(work.kernels()), observer);
    }

    /** Largest difference over the largest magnitude of the second. */
    public static double relative(NDArray actual, NDArray expected) {
        return actual.sub(expected).abs().max().getFloat()
                / expected.abs().max().getFloat();
    }

    /** ‖a − b‖² / ‖b‖². */
    public static double error(NDArray actual, NDArray expected) {
        return actual.sub(expected).square().sum().getFloat()
                / expected.square().sum().getFloat();
    }

    @Override
    public void close() {
        owner.close();
    }
}
