package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.Recipe;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.AttentionContext;
import io.bisup.llm.model.DecoderBlock;
import io.bisup.llm.model.DecoderBlockWeights;
import io.bisup.llm.model.KeyValues;
import io.bisup.llm.model.RotaryEmbedding;
import io.bisup.llm.quant.BlockFormats;
import io.bisup.llm.quant.FakeQuantizer;
import io.bisup.llm.quant.KernelOrder;
import io.bisup.llm.quant.QuantizedBlockReader;
import io.bisup.llm.quant.QuantizedBlockWriter;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.stage.BlockContext;
import io.bisup.quantize.stage.BlockParameters;
import io.bisup.quantize.stage.Control;
import io.bisup.quantize.stage.Samples;
import io.bisup.quantize.stage.Seeds;
import io.bisup.quantize.stage.learn.BlockSteps;
import io.bisup.quantize.stage.prefix.PrefixStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fold equivalence: a block read back from its file computes what the learnt block in memory computes. */
class StoredBlockTest {
    private static final int TIME = 32;

    private final NDScope scope = new NDScope();

    @TempDir
    Path folder;

    @AfterEach
    void closeScope() {
        scope.close();
    }

    @ParameterizedTest
    @CsvSource({"LLAMA, 3", "QWEN2, 4", "QWEN3, 3", "QWEN2, 16"})
    void theStoredBlockIsTheLearntOne(Architecture architecture, int bits) throws IOException {
        DecoderConfig config = TinyModels.config(architecture, 1);
        Recipe recipe = bits < 16
                ? TinyModels.recipe(
                        bits,
                        new Recipe.Clipping(true, true, true),
                        new Recipe.Smoothing(0.5, 4),
                        new Recipe.LowRank(4, Recipe.LowRank.Start.WHITENED_SVD, 0.0005),
                        TinyModels.TRAINING)
                : TinyModels.recipe(bits, null, new Recipe.Smoothing(0.5, 4), null, TinyModels.TRAINING);
        BlockContext context = context(config, BlockFormats.of(recipe), null);
        try (BlockParameters parameters = new BlockParameters(context)) {
            new BlockSolver(recipe, BlockSteps.TORCH).solve(context, parameters, 1);
            NDArray x = context.samples().input(0);
            NDArray learnt = inMemory(context, parameters, x);
            NDArray stored = fromFile(context, parameters, x);
            double largest = learnt.abs().max().getFloat();
            assertThat(learnt.sub(stored).abs().max().getFloat()).isLessThan((float) (1e-5 * largest));
        }
    }

    /** P1 and B2 on the stored path: at 16 bits, smoothed and behind a prefix, the block is the full-precision one. */
    @ParameterizedTest
    @CsvSource({"LLAMA", "QWEN2", "QWEN3"})
    void smoothingKeepsTheFunctionBehindAPrefix(Architecture architecture) throws IOException {
        DecoderConfig config = TinyModels.config(architecture, 1);
        Recipe recipe = TinyModels.recipe(16, null, new Recipe.Smoothing(0.5, 4), null, TinyModels.TRAINING);
        RotaryEmbedding rotary = new RotaryEmbedding(RUNTIME, config, DataType.FLOAT32);
        DecoderBlock exact = DecoderBlock.fullPrecision(
                config,
                0,
                DecoderBlockWeights.load(config, 0, name -> TinyModels.parameter(config, name)),
                RUNTIME.lowPrecision());
        PrefixStream stream = new PrefixStream(RUNTIME.kernels(), new RandomSamples(config).input(99));
        KeyValues prefix = stream.through(exact, rotary);
        BlockContext context = context(config, BlockFormats.of(recipe), prefix);
        try (BlockParameters parameters = new BlockParameters(context)) {
            new BlockSolver(recipe, BlockSteps.TORCH).solve(context, parameters, 1);
            NDArray x = context.samples().input(0);
            NDArray expected = exact.forward(RUNTIME.kernels(), x, rotary, PrefixStream.contextOf(prefix));
            NDArray without = exact.forward(RUNTIME.kernels(), x, rotary, AttentionContext.EMPTY);
            NDArray stored = fromFile(context, parameters, x);
            double largest = expected.abs().max().getFloat();
            assertThat(expected.sub(stored).abs().max().getFloat()).isLessThan((float) (1e-5 * largest));
            assertThat(expected.sub(without).abs().max().getFloat()).isGreaterThan((float) (1e-2 * largest));
        }
    }

    private NDArray inMemory(BlockContext context, BlockParameters parameters, NDArray x) {
        return context.kernels()
                .callMany(
                        "qb_forward",
                        x,
                        parameters.weightsHat(),
                        factors(context, parameters.activation()),
                        factors(context, parameters.keyValue()),
                        rounded(context, parameters.a()),
                        rounded(context, parameters.b()),
                        context.angles().cosines(),
                        context.angles().sines(),
                        parameters.prefixKeys(),
                        parameters.prefixValues(),
                        context.dims(),
                        context.formats().spec(),
                        context.config().rmsNormEpsilon(),
                        context.runtime().lowPrecision())[0];
    }

    private static NDArray[] factors(BlockContext context, NDArray[] logits) {
        return context.kernels().callMany("ql_clip", (Object) logits);
    }

    /** The low-rank branches as bfloat16 holds them. */
    private static NDArray[] rounded(BlockContext context, NDArray[] branches) {
        NDArray[] all = new NDArray[branches.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = branches[i].size() == 0 ? branches[i] : context.kernels().call("quant_stored", branches[i]);
        }
        return all;
    }

    private NDArray fromFile(BlockContext context, BlockParameters parameters, NDArray x) throws IOException {
        Path shard = folder.resolve("block.safetensors");
        QuantizedBlockWriter writer = new QuantizedBlockWriter(context.formats(), new FakeQuantizer(RUNTIME));
        SafetensorsWriter.write(shard, SafetensorsWriter.FORMAT_PT, writer.tensors(0, parameters.solution()));
        try (SafetensorsFile file = SafetensorsFile.open(shard)) {
            QuantizedBlockReader reader =
                    new QuantizedBlockReader(RUNTIME, context.config(), context.formats(), file::tensor);
            AttentionContext behind =
                    context.prefix() == null ? AttentionContext.EMPTY : AttentionContext.of(reader.prefix(0));
            return reader.block(0)
                    .forward(
                            context.kernels(),
                            x,
                            new RotaryEmbedding(RUNTIME, context.config(), DataType.FLOAT32),
                            behind);
        }
    }

    private static BlockContext context(DecoderConfig config, BlockFormats formats, @Nullable KeyValues prefix) {
        NDArray empty = RUNTIME.manager().create(new Shape(0));
        NDArray[] weights =
                KernelOrder.of(DecoderBlockWeights.load(config, 0, name -> TinyModels.parameter(config, name)), empty);
        return new BlockContext(
                RUNTIME,
                config,
                formats,
                0,
                weights,
                empty,
                new RandomSamples(config),
                new RotaryEmbedding(RUNTIME, config, DataType.FLOAT32)
                        .angles(prefix == null ? 0 : prefix.length(), TIME),
                prefix,
                new Seeds(0),
                Control.NONE);
    }

    /** Gaussian inputs, and targets near them. */
    private record RandomSamples(DecoderConfig config) implements Samples {
        @Override
        public int count() {
            return 8;
        }

        @Override
        public NDArray input(int sample) {
            Random random = new Random(sample);
            float[] values = new float[TIME * config.hiddenSize()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            return io.bisup.llm.tensor.Tensors.floats(RUNTIME.manager(), values, 1, TIME, config.hiddenSize());
        }

        @Override
        public NDArray target(int sample) {
            return input(sample).mul(1.1f);
        }
    }
}
