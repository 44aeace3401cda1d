package io.bisup.llm.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.TensorMap;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.testing.ReferenceData;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "TinyStories-656K",
                "tiny-random/llama-gqa",
                "tiny-random/llama3-ropescaled-tied",
                "tiny-random/qwen2-bias",
                "tiny-random/qwen2-bias-tied-bf16-sharded",
                "tiny-random/qwen3-qknorm"
            })
    void everyReferenceModelMatchesItsConfiguration(String model) {
        Path directory = ReferenceData.path("data/models/" + model);
        DecoderConfig config = DecoderConfig.read(directory);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            checkpoint.requireMatch(config);
        }
    }

    @Test
    void loadedTensorsOutliveTheCheckpoint() {
        Path directory = ReferenceData.path("data/models/tiny-random/qwen2-bias-tied-bf16-sharded");
        float[] expected;
        NDArray loaded;
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            expected = checkpoint.tensor("model.embed_tokens.weight").toFloats();
            loaded = checkpoint.load(
                    "model.embed_tokens.weight", TestDevice.runtime().manager());
        }
        try (loaded) {
            assertThat(loaded.getShape()).isEqualTo(new Shape(300, 128));
            assertThat(loaded.toFloatArray()).containsExactly(expected);
        }
    }

    @Test
    void anUntiedModelNeedsAnEmbeddingOfItsOwn() throws IOException {
        Path directory = ReferenceData.path("data/models/tiny-random/llama-gqa");
        DecoderConfig config = DecoderConfig.read(directory);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            List<TensorSource> all = checkpoint.names().stream()
                    .map(name -> TensorSource.copyOf(checkpoint.tensor(name)))
                    .toList();

            assertThat(mismatch(config, without(all, "model.embed_tokens.weight")))
                    .hasMessageContaining("model.embed_tokens.weight: is missing");
        }
    }

    @Test
    void namesMissingUnexpectedAndMisshapenTensors() throws IOException {
        Path directory = ReferenceData.path("data/models/tiny-random/llama-gqa");
        DecoderConfig config = DecoderConfig.read(directory);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            List<TensorSource> all = checkpoint.names().stream()
                    .map(name -> TensorSource.copyOf(checkpoint.tensor(name)))
                    .toList();
            String query = "model.layers.1.self_attn.q_proj.weight";

            assertThat(mismatch(config, without(all, query)))
                    .hasMessageContaining(query)
                    .extracting(MalformedCheckpointException::code)
                    .isEqualTo(Code.TENSOR_MISSING);
            assertThat(mismatch(config, with(all, "model.layers.3.mlp.up_proj.weight", 256, 128)))
                    .extracting(MalformedCheckpointException::code)
                    .isEqualTo(Code.TENSOR_UNEXPECTED);
            assertThat(mismatch(config, with(without(all, query), query, 64, 128)))
                    .hasMessageContaining("[64, 128]")
                    .hasMessageContaining("[128, 128]")
                    .extracting(MalformedCheckpointException::code)
                    .isEqualTo(Code.TENSOR_WRONG_SHAPE);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                         | INDEX_INVALID
            []                                                         | INDEX_INVALID
            {"weight_map":{}}                                          | INDEX_INVALID
            {"weight_map":[]}                                          | INDEX_INVALID
            {"weight_map":{"w":1}}                                     | INDEX_INVALID
            {"weight_map":{"w":null}}                                  | INDEX_INVALID
            {"weight_map":{"w":"a.safetensors"}}{}                     | INDEX_INVALID
            {"metadata":[[[[[[[[[[]]]]]]]]]],"weight_map":{}}          | INDEX_INVALID
            {"weight_map":{"w":"../a.safetensors"}}                    | INDEX_PATH_REFUSED
            {"weight_map":{"w":"/etc/a.safetensors"}}                  | INDEX_PATH_REFUSED
            {"weight_map":{"w":"x/a.safetensors"}}                     | INDEX_PATH_REFUSED
            {"weight_map":{"w":"..\\\\a.safetensors"}}                 | INDEX_PATH_REFUSED
            {"weight_map":{"w":".a.safetensors"}}                      | INDEX_PATH_REFUSED
            {"weight_map":{"w":"a.safetensors\\u0000"}}                | INDEX_PATH_REFUSED
            {"weight_map":{"w":"a%2e.safetensors"}}                    | INDEX_PATH_REFUSED
            {"weight_map":{"w":"a.bin"}}                               | INDEX_PATH_REFUSED
            {"weight_map":{"w":""}}                                    | INDEX_PATH_REFUSED
            {"weight_map":{"w":"model.safetensors.index.json"}}        | INDEX_PATH_REFUSED
            {"weight_map":{"w":"missing.safetensors"}}                 | FILE_UNREADABLE
            {"weight_map":{"":"a.safetensors"}}                        | NAME_INVALID
            {"weight_map":{"w":"a.safetensors","w":"a.safetensors"}}   | DUPLICATE_KEY
            {"weight_map":{"w":"a.safetensors"},"weight_map":{}}       | DUPLICATE_KEY
            {"weight_map":{"w":"b.safetensors","v":"a.safetensors"}}   | INDEX_MISMATCH
            {"weight_map":{"v":"b.safetensors"}}                       | INDEX_MISMATCH
            {"weight_map":{"w":"a.safetensors","v":"b.safetensors"}}   | INDEX_MISMATCH
            """)
    void refusesAnIndexThatCannotBeTrusted(String index, Code code) throws IOException {
        writeTensors("a.safetensors", "w");
        writeTensors("b.safetensors", "v", "u");
        Files.writeString(folder.resolve(ShardIndex.FILE), index);

        assertThat(refusal().code()).isEqualTo(code);
    }

    /** Phi-3 stores q, k and v as the rows of one matrix. */
    @Test
    void readsAParameterFromTheRowsItsFamilyKeepsItIn() throws IOException {
        DecoderConfig config = DecoderConfig.parse("""
                {"architectures": ["Phi3ForCausalLM"], "hidden_size": 8, "intermediate_size": 6, "vocab_size": 11,
                 "num_attention_heads": 2, "num_key_value_heads": 1, "num_hidden_layers": 1, "rms_norm_eps": 1e-6,
                 "max_position_embeddings": 64}
                """.getBytes(StandardCharsets.UTF_8));
        List<TensorSource> tensors = TensorMap.of(config).stored().entrySet().stream()
                .map(stored -> counted(stored.getKey(), stored.getValue()))
                .toList();
        SafetensorsWriter.write(folder.resolve(Checkpoint.SINGLE_FILE), Map.of(), tensors);

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            checkpoint.requireMatch(config);
            Function<String, NDArray> parameters =
                    checkpoint.parameters(config, TestDevice.runtime().manager());
            // Query rows 0 to 7, key rows 8 to 11, value rows 12 to 15 of 8 columns; gate rows 0 to 5, up rows 6 to 11.
            assertStartsAt(0, 64, parameters.apply("model.layers.0.self_attn.q_proj.weight"));
            assertStartsAt(64, 32, parameters.apply("model.layers.0.self_attn.k_proj.weight"));
            assertStartsAt(96, 32, parameters.apply("model.layers.0.self_attn.v_proj.weight"));
            assertStartsAt(48, 48, parameters.apply("model.layers.0.mlp.up_proj.weight"));
        }
        assertThat(mismatch(config, without(tensors, "model.layers.0.self_attn.qkv_proj.weight")))
                .hasMessageContaining("qkv_proj.weight");
    }

    private static void assertStartsAt(float first, int count, NDArray parameter) {
        try (parameter) {
            float[] values = parameter.toFloatArray();
            assertThat(values).hasSize(count);
            assertThat(values[0]).isEqualTo(first);
            assertThat(values[count - 1]).isEqualTo(first + count - 1);
        }
    }

    private static TensorSource counted(String name, List<Long> shape) {
        float[] values = new float[(int) (long) shape.stream().reduce(1L, Math::multiplyExact)];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        return TensorSource.of(name, DType.F32, shape, MemorySegment.ofArray(values));
    }

    @Test
    void refusesOneTensorInTwoShards() throws IOException {
        writeTensors("a.safetensors", "w");
        writeTensors("b.safetensors", "w", "v");
        Files.writeString(
                folder.resolve(ShardIndex.FILE), "{\"weight_map\":{\"w\":\"a.safetensors\",\"v\":\"b.safetensors\"}}");

        assertThat(refusal().code()).isEqualTo(Code.DUPLICATE_KEY);
    }

    @Test
    void saysWhyPicklesAreNotRead() throws IOException {
        Files.writeString(folder.resolve("pytorch_model.bin"), "PK");

        assertThat(refusal()).hasMessageContaining("pytorch_model.bin").hasMessageContaining("safe_serialization");
        assertThat(refusal().code()).isEqualTo(Code.UNSAFE_FORMAT);
    }

    @Test
    void saysWhatAnEmptyOrAbsentFolderLacks() {
        assertThat(refusal()).hasMessageContaining("model.safetensors");
        assertThat(catchThrowableOfType(
                        MalformedCheckpointException.class, () -> Checkpoint.open(folder.resolve("absent"))))
                .hasMessageContaining("is not a folder");
    }

    private MalformedCheckpointException refusal() {
        return catchThrowableOfType(MalformedCheckpointException.class, () -> Checkpoint.open(folder));
    }

    private MalformedCheckpointException mismatch(DecoderConfig config, List<TensorSource> tensors) throws IOException {
        SafetensorsWriter.write(folder.resolve(Checkpoint.SINGLE_FILE), Map.of(), tensors);
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return catchThrowableOfType(MalformedCheckpointException.class, () -> checkpoint.requireMatch(config));
        }
    }

    private static List<TensorSource> without(List<TensorSource> tensors, String name) {
        return tensors.stream().filter(t -> !t.name().equals(name)).toList();
    }

    private static List<TensorSource> with(List<TensorSource> tensors, String name, int rows, int columns) {
        List<TensorSource> more = new ArrayList<>(tensors);
        more.add(floats(name, rows, columns));
        return more;
    }

    private void writeTensors(String file, String... names) throws IOException {
        List<TensorSource> tensors = Stream.of(names).map(n -> floats(n, 1, 1)).toList();
        SafetensorsWriter.write(folder.resolve(file), Map.of(), tensors);
    }

    private static TensorSource floats(String name, int rows, int columns) {
        return TensorSource.of(
                name,
                DType.F32,
                List.of((long) rows, (long) columns),
                MemorySegment.ofArray(new float[rows * columns]));
    }
}
