package io.bisup.quantize.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.RopeScaling;
import io.bisup.llm.kernel.LossWeights;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.PlannedBlock;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.block.Samples;
import io.bisup.quantize.block.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A block with random weights and four random samples, tokens and channels weighted, to work on. */
final class RandomWork implements AutoCloseable {
    private static final int SAMPLES = 4;
    private static final int TOKENS = 21;

    private final TensorRuntime runtime;
    private final TensorOwner owner = new TensorOwner();
    private final Random random = new Random(11);
    private final BlockWork work;

    RandomWork(TensorRuntime runtime, BlockPlan plan, int prefix) {
        this.runtime = runtime;
        DecoderConfig config = plan.config();
        RotaryEmbedding rotary = owner.own(new RotaryEmbedding(runtime, config, DataType.FLOAT32));
        RotaryEmbedding.Angles angles = rotary.angles(prefix, TOKENS);
        int[] past = {1, config.keyValueHeads(), prefix, config.headDim()};
        this.work = new BlockWork(
                runtime,
                owner.own(new PlannedBlock(runtime, plan)),
                0,
                weights(config),
                samples(config.hiddenSize()),
                new RotaryEmbedding.Angles(owner.own(angles.cosines()), owner.own(angles.sines())),
                prefix == 0 ? null : new KeyValues(normal(1, past), normal(1, past)),
                1.3,
                new Seeds(0),
                Control.NONE);
    }

    BlockWork work() {
        return work;
    }

    static DecoderConfig llama() {
        return config(Architecture.LLAMA, false, false);
    }

    static DecoderConfig qwen2() {
        return config(Architecture.QWEN2, true, false);
    }

    static DecoderConfig qwen3() {
        return config(Architecture.QWEN3, false, true);
    }

    private static DecoderConfig config(Architecture architecture, boolean bias, boolean norm) {
        return new DecoderConfig(
                architecture,
                64,
                1,
                4,
                2,
                16,
                80,
                100,
                1e-5,
                10_000,
                new RopeScaling.Default(),
                false,
                bias,
                norm,
                512,
                null,
                null);
    }

    private DecoderBlockWeights weights(DecoderConfig config) {
        Map<BlockTensor, NDArray> weights = new EnumMap<>(BlockTensor.class);
        for (BlockTensor tensor : BlockTensor.of(config)) {
            int[] shape = tensor.shape(config).stream().mapToInt(Long::intValue).toArray();
            weights.put(tensor, shape.length == 2 ? normal(1 / Math.sqrt(shape[1]), shape) : normal(0.5, shape));
        }
        return new DecoderBlockWeights(weights);
    }

    private Samples samples(int hidden) {
        List<NDArray> inputs = new ArrayList<>();
        List<NDArray> targets = new ArrayList<>();
        for (int i = 0; i < SAMPLES; i++) {
            inputs.add(normal(1, 1, TOKENS, hidden));
            targets.add(normal(1, 1, TOKENS, hidden));
        }
        LossWeights weights = new LossWeights(rising(TOKENS, TOKENS, 1), rising(hidden, hidden));
        return new Samples() {
            @Override
            public int count() {
                return SAMPLES;
            }

            @Override
            public NDArray input(int sample) {
                return inputs.get(sample).duplicate();
            }

            @Override
            public NDArray target(int sample) {
                return targets.get(sample).duplicate();
            }

            @Override
            public LossWeights lossWeights(int sample) {
                return weights;
            }
        };
    }

    /** From 0.5 to 1.5. */
    private NDArray rising(int count, long... shape) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = 0.5f + (float) i / (count - 1);
        }
        return owner.own(Tensors.floats(runtime.manager(), values, shape));
    }

    private NDArray normal(double scale, int... shape) {
        float[] values = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        return owner.own(Tensors.floats(
                runtime.manager(), values, Arrays.stream(shape).asLongStream().toArray()));
    }

    @Override
    public void close() {
        owner.close();
    }
}
