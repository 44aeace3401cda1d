package io.bisup.measure;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.DivergenceResult;
import io.bisup.contract.DivergenceScore;
import io.bisup.contract.PerplexitySpec.Protocol;
import io.bisup.contract.QualityGate;
import io.bisup.data.TextDataset;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.llm.token.Tokenizer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A gate on the divergence catches every planted fault (service.md Q-03) and raises no alarm over clean eight-bit rounding. */
class PlantedFaultsTest {

    private static final Path MODEL = ReferenceData.path("data/models/TinyStories-656K");
    private static final TensorRuntime RUNTIME = TestDevice.runtime();
    private static final QualityGate GATE = new QualityGate(null, 0.01, null, null);
    private static final int CLEAN_RUNS = 50;
    private static final int HEAD_DIM = 16;

    /** What is done to a tensor of the FP model; {@code donor} loads any tensor of it. */
    @FunctionalInterface
    private interface Damage {
        float[] apply(String name, float[] values, int columns, Function<String, float[]> donor);
    }

    enum Fault {
        SCALE_WITH_A_FLIPPED_BIT(only("layers.0.mlp.down_proj", (v, columns) -> scaled(v, 0, columns, 256))),
        BLOCKS_SWAPPED((name, v, columns, donor) -> donor.apply(swapped(name))),
        VOCABULARY_SHIFTED(only("embed_tokens", (v, columns) -> rolled(v, columns))),
        BLOCK_OF_ZEROS(only("layers.1.", "proj", (v, columns) -> new float[v.length])),
        ATTENTION_OUTPUT_LOST(only("layers.0.self_attn.o_proj", (v, columns) -> new float[v.length])),
        GATE_AND_UP_SWAPPED((name, v, columns, donor) -> donor.apply(exchanged(name, "gate_proj", "up_proj"))),
        KEYS_AND_VALUES_SWAPPED((name, v, columns, donor) -> donor.apply(exchanged(name, "k_proj", "v_proj"))),
        QUERY_HEADS_ROLLED(only("layers.0.self_attn.q_proj", (v, columns) -> rolled(v, HEAD_DIM * columns))),
        KEYS_NEGATED(only("layers.0.self_attn.k_proj", (v, columns) -> scaled(v, 0, v.length, -1))),
        FINAL_NORM_LOST(only(ModelTensors.FINAL_NORM, (v, columns) -> filled(v.length, 1))),
        NOT_A_NUMBER(only("layers.1.mlp.up_proj", (v, columns) -> with(v, 7, Float.NaN))),
        INFINITE(only("layers.0.self_attn.v_proj", (v, columns) -> with(v, 7, Float.POSITIVE_INFINITY))),
        TWO_BITS(only("proj", (v, columns) -> rounded(v, columns, 1, new Random(0))));

        @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
        private final Damage damage;

        Fault(Damage damage) {
            this.damage = damage;
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void everyFaultMissesTheGate(Fault fault) {
        assertThat(GATE.missed(List.of(new DivergenceScore(measure(fault.damage)))))
                .isPresent();
    }

    @Test
    void cleanRunsRaiseNoAlarm() {
        for (int run = 0; run < CLEAN_RUNS; run++) {
            Random random = new Random(run);
            DivergenceResult result =
                    measure((name, v, columns, donor) -> name.contains("proj") ? rounded(v, columns, 127, random) : v);

            assertThat(GATE.missed(List.of(new DivergenceScore(result))))
                    .as("run %d", run)
                    .isEmpty();
            assertThat(result.kl().value()).as("it was rounded").isPositive();
        }
    }

    private static DivergenceResult measure(Damage damage) {
        try (LanguageModel base = model((name, v, columns, donor) -> v);
                LanguageModel damaged = model(damage);
                Tokenizer tokenizer = Tokenizer.open(MODEL)) {
            return new Divergence(base, damaged, List.of(), tokenizer, Clock.systemUTC())
                    .measure(TEXT, Protocol.GPTQ, 64, 0, Progress.SILENT);
        }
    }

    private static final TextDataset TEXT = new TextDataset(
            "short",
            "0",
            DatasetFormat.TEXT,
            List.of(
                    "Once upon a time, there was a little girl named Lily. She loved to play in the park with her friends. "
                            .repeat(12)));

    private static LanguageModel model(Damage damage) {
        try (Checkpoint checkpoint = Checkpoint.open(MODEL)) {
            DecoderConfig config = DecoderConfig.read(MODEL);
            return LanguageModel.resident(RUNTIME, config, name -> {
                NDArray loaded = checkpoint.load(name, RUNTIME.manager());
                long[] shape = loaded.getShape().getShape();
                float[] values = damage.apply(
                        name,
                        loaded.toFloatArray(),
                        (int) shape[shape.length - 1],
                        other -> checkpoint.load(other, RUNTIME.manager()).toFloatArray());
                return Tensors.floats(RUNTIME.manager(), values, shape);
            });
        }
    }

    /** Damage to the tensors whose names contain a word. */
    private static Damage only(String word, Change change) {
        return only(word, "", change);
    }

    private static Damage only(String word, String too, Change change) {
        return (name, values, columns, donor) ->
                name.contains(word) && name.contains(too) ? change.apply(values, columns) : values;
    }

    /** What is done to a tensor of rows of {@code columns}. */
    @FunctionalInterface
    private interface Change {
        float[] apply(float[] values, int columns);
    }

    private static String swapped(String name) {
        return exchanged(name, "layers.0.", "layers.1.");
    }

    private static String exchanged(String name, String one, String other) {
        return name.contains(one) ? name.replace(one, other) : name.replace(other, one);
    }

    private static float[] scaled(float[] values, int from, int to, float factor) {
        float[] result = values.clone();
        for (int i = from; i < to; i++) {
            result[i] *= factor;
        }
        return result;
    }

    private static float[] rolled(float[] values, int by) {
        float[] result = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            result[(i + by) % values.length] = values[i];
        }
        return result;
    }

    private static float[] filled(int length, float value) {
        float[] result = new float[length];
        Arrays.fill(result, value);
        return result;
    }

    private static float[] with(float[] values, int index, float value) {
        float[] result = values.clone();
        result[index] = value;
        return result;
    }

    /** Rows rounded at random to the codes -top to top. */
    private static float[] rounded(float[] values, int columns, int top, Random random) {
        float[] result = values.clone();
        for (int row = 0; row < values.length; row += columns) {
            float largest = 0;
            for (int i = row; i < row + columns; i++) {
                largest = Math.max(largest, Math.abs(values[i]));
            }
            float scale = largest / top;
            for (int i = row; i < row + columns; i++) {
                result[i] = (float) Math.floor(values[i] / scale + random.nextDouble()) * scale;
            }
        }
        return result;
    }
}
