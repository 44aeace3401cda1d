package io.bisup.bench;

import ai.djl.ndarray.NDManager;
import io.bisup.bench.methods.FittedRecipe;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.config.RopeScaling;
import io.bisup.llm.plan.Planner;
import io.bisup.quantize.export.EndsType;
import io.bisup.quantize.run.QuantizationInput;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A Llama of any depth with seeded weights, and a short job on it.
 *
 * @param hidden width; the MLP is 2.75 times as wide
 */
record DepthModel(int blocks, int hidden, int tokens, int samples) {
    private static final int VOCABULARY = 512;
    private static final int GROUP = 128;
    private static final int HEAD = 64;
    private static final double MLP_RATIO = 2.75;

    DecoderConfig config() {
        return new DecoderConfig(
                Architecture.LLAMA,
                hidden,
                blocks,
                hidden / HEAD,
                hidden / HEAD,
                HEAD,
                (int) Math.ceil(hidden * MLP_RATIO / GROUP) * GROUP,
                VOCABULARY,
                1e-5,
                10_000,
                new RopeScaling.Default(),
                false,
                false,
                false,
                tokens,
                1,
                2);
    }

    /** A job of a preset, on weights that lie in a checkpoint. */
    QuantizationInput job(Checkpoint checkpoint, NDManager manager, Recipe preset) {
        Random random = new Random(1);
        List<long[]> windows = IntStream.range(0, samples)
                .mapToObj(i -> random.longs(tokens, 0, VOCABULARY).toArray())
                .toList();
        return new QuantizationInput(
                checkpoint.parameters(config(), manager),
                Planner.require(brief(preset), config()),
                windows,
                List.of(),
                EndsType.FLOAT32);
    }

    /** The preset as a short job asks for it: few samples, one epoch, branches and keepers as a narrow model can have. */
    private Recipe brief(Recipe preset) {
        Recipe fitted = FittedRecipe.of(preset, new Calibration(samples, tokens, 0), hidden);
        Learning learning = fitted.learning();
        return new Recipe(
                fitted.version(),
                fitted.name(),
                fitted.transforms(),
                fitted.precision(),
                fitted.ranges(),
                fitted.rounding(),
                fitted.compensation(),
                learning == null
                        ? null
                        : new Learning(
                                learning.of(), 1, learning.rate(), learning.lowRankRate(), 1, learning.objective()),
                fitted.prefix(),
                fitted.calibration());
    }

    /** Writes the weights, one tensor at a time. */
    void write(Path folder) throws IOException {
        List<TensorSource> tensors = ModelTensors.expected(config()).entrySet().stream()
                .map(tensor -> new TensorSource(
                        tensor.getKey(),
                        DType.F32,
                        tensor.getValue(),
                        sink -> sink.accept(MemorySegment.ofArray(values(tensor.getKey(), tensor.getValue())))))
                .toList();
        SafetensorsWriter.write(folder.resolve(Checkpoint.SINGLE_FILE), SafetensorsWriter.FORMAT_PT, tensors);
    }

    private static float[] values(String name, List<Long> shape) {
        Random random = new Random(name.hashCode());
        double mean = name.contains("norm") ? 1 : 0;
        double deviation = shape.size() == 1 ? 0.1 : 1 / Math.sqrt((double) shape.get(1));
        float[] values = new float[Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + deviation * random.nextGaussian());
        }
        return values;
    }
}
