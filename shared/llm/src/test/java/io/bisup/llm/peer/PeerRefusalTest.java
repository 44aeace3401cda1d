package io.bisup.llm.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.MalformedCheckpointException;
import io.bisup.llm.checkpoint.StoredTensor;
import io.bisup.llm.checkpoint.TensorEntry;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.config.ConfigDocument;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelConfigException;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.tensor.TestDevice;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be run is refused by its field, what does not fit by its tensor. */
class PeerRefusalTest {

    private static final String WEIGHTS = "'num_bits': 4, 'type': 'int', 'strategy': 'group', 'group_size': 32";
    private static final String INPUTS = "'num_bits': 4, 'type': 'int', 'strategy': 'token', 'dynamic': true";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'bits': 4}|quant_method|is missing",
                "{'quant_method': 'fp8'}|quant_method|fp8",
                "{'quant_method': 'bitsandbytes', 'load_in_4bit': true}|quant_method|bitsandbytes",
                "{'quant_method': 'gptq', 'bits': 5, 'group_size': 32}|bits|use 2, 3, 4 or 8",
                "{'quant_method': 'gptq', 'bits': 4, 'group_size': 0}|group_size|use -1",
                "{'quant_method': 'gptq', 'group_size': 32}|bits|is missing",
                "{'quant_method': 'gptq', 'bits': 4, 'group_size': 32, 'checkpoint_format': 'gptq_p'}|checkpoint_format|gptq_p",
                "{'quant_method': 'gptq', 'bits': 4, 'group_size': 32, 'dynamic': {'-:lm': {}}}|dynamic|single layers",
                "{'quant_method': 'awq', 'bits': 4, 'group_size': 32, 'version': 'gemv'}|version|use gemm",
                "{'quant_method': 'awq', 'bits': 8, 'group_size': 32}|bits|AWQ has 4",
                "{'quant_method': 'awq', 'bits': 4, 'group_size': 32, 'zero_point': false}|zero_point|use true",
                "{'quant_method': 'compressed-tensors'}|config_groups|missing or empty"
            })
    void refusesASchemeByItsField(String json, String field, String reason) {
        requireRefusal(json, "quantization_config." + field, reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "kv_cache_scheme|{'num_bits': 8, 'type': 'float'}|key-value cache",
                "transform_config|{'config_groups': {'R4': {}}}|rotations",
                "sparsity_config|{'format': 'sparse-24-bitmask'}|sparse weights",
                "format|'nvfp4-pack-quantized'|use pack-quantized, int-quantized",
                "format|'mixed-precision'|format in every group",
                "ignore|['re:(']|no regular expression",
                "ignore|['re:((){9999}){9999}']|repeats too often",
                "ignore|['re:x{1,400}(?:y{3})']|repeats too often",
                "ignore|['re:(?x)(){9 999 999}']|repeats too often",
                "ignore|[4]|not a name"
            })
    void refusesCompressedTensorsByTheField(String field, String value, String reason) {
        String group = "{'targets': ['Linear'], 'weights': {" + WEIGHTS + "}}";
        String format = field.equals("format") ? "" : "'format': 'pack-quantized',";
        requireRefusal(
                "{'quant_method': 'compressed-tensors'," + format + "'" + field + "': " + value
                        + ", 'config_groups': {'g': " + group + "}}",
                "quantization_config." + field,
                reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "'targets': ['Linear'], 'weights': {'num_bits': 8, 'type': 'float'}|weights.type|FP8",
                "'targets': ['Linear'], 'weights': {'num_bits': 1, 'strategy': 'channel'}|weights.num_bits|use 2 to 8",
                "'targets': ['Linear'], 'weights': {'num_bits': 4, 'strategy': 'block'}|weights.strategy|block",
                "'targets': ['Linear'], 'weights': {'num_bits': 4, 'strategy': 'tensor'}|weights.strategy|group or channel",
                "'targets': ['Linear'], 'weights': {" + WEIGHTS
                        + ", 'actorder': 'group'}|weights.actorder|weight_g_idx",
                "'targets': ['Linear'], 'weights': {" + WEIGHTS + ", 'dynamic': true}|weights.dynamic|stored scales",
                "'targets': ['Linear'], 'input_activations': {" + INPUTS + "}|weights|without quantized weights",
                "'targets': ['LlamaAttention'], 'weights': {" + WEIGHTS + "}|targets|LlamaAttention",
                "'targets': ['Linear'], 'weights': {" + WEIGHTS + "}, 'output_activations': {" + INPUTS
                        + "}|output_activations|quantized outputs",
                "'targets': ['Linear'], 'weights': {" + WEIGHTS
                        + "}, 'input_activations': {'num_bits': 8, 'strategy': 'tensor'}|input_activations.dynamic|stored scales",
                "'targets': ['Linear'], 'weights': {" + WEIGHTS + "}, 'input_activations': {" + INPUTS
                        + "}|input_activations|lm_head"
            })
    void refusesAGroupByItsField(String group, String field, String reason) {
        requireRefusal(
                "{'quant_method': 'compressed-tensors', 'format': 'pack-quantized', 'config_groups': {'g': {" + group
                        + "}}}",
                "quantization_config.config_groups.g." + field,
                reason);
    }

    @Test
    void refusesLayersOfOneInputThatQuantizeItDifferently() {
        requireRefusal(
                "{'quant_method': 'compressed-tensors', 'format': 'pack-quantized', 'config_groups': {"
                        + "'a': {'targets': ['re:.*q_proj'], 'weights': {" + WEIGHTS + "}, 'input_activations': {"
                        + INPUTS
                        + "}}, 'b': {'targets': ['re:.*[kv]_proj'], 'weights': {" + WEIGHTS + "}}}}",
                "quantization_config.config_groups",
                "model.layers.0.self_attn.q_proj, model.layers.0.self_attn.k_proj");
    }

    @Test
    void anExpressionOfExponentialTimeIsGivenUp() {
        requireRefusal(
                "{'quant_method': 'compressed-tensors', 'format': 'pack-quantized', 'ignore': ['re:(([a-z0-9_.]+)+)+!'],"
                        + "'config_groups': {'g': {'targets': ['Linear'], 'weights': {" + WEIGHTS + "}}}}",
                "quantization_config",
                "takes too long");
    }

    /** What training on the checkpoint would need is refused with a way out. */
    @Test
    void isNoStartForQuantization() {
        assertThatThrownBy(() -> DecoderConfig.parse(config("{'quant_method': 'awq'}")))
                .isInstanceOf(ModelConfigException.class)
                .hasMessageContaining("it can be evaluated, not quantized again")
                .hasMessageContaining("start from the original");
    }

    @ParameterizedTest
    @CsvSource({"qweight, missing", "qzeros, missing", "scales, missing", "g_idx, missing"})
    void namesATensorThatIsMissing(String suffix, String cause) {
        List<StoredTensor> tensors = gptq();
        tensors.removeIf(tensor -> tensor.name().equals("model.layers.1.mlp.up_proj." + suffix));
        requireMalformed(tensors, "model.layers.1.mlp.up_proj." + suffix, cause);
    }

    @Test
    void namesATensorOfAnotherShapeOrType() {
        List<StoredTensor> shape = gptq();
        replace(shape, "model.layers.0.self_attn.k_proj.qweight", DType.I32, 8, 31);
        requireMalformed(shape, "model.layers.0.self_attn.k_proj.qweight", "config.json implies [8, 32]");
        List<StoredTensor> type = gptq();
        replace(type, "model.layers.0.self_attn.k_proj.qweight", DType.U32, 8, 32);
        requireMalformed(type, "model.layers.0.self_attn.k_proj.qweight", "config.json implies I32");
    }

    @Test
    void namesAnIndexOfAGroupThatIsNotThere(@TempDir Path folder) throws IOException {
        new PeerCheckpoint(4, true, 32)
                .write(
                        folder,
                        "{\"quant_method\": \"gptq\", \"bits\": 4, \"group_size\": 32, \"desc_act\": true}",
                        (module, numbers) -> {
                            numbers.group()[3] = 7;
                            numbers.codes()[0][0] = 0;
                            var tensors = new ArrayList<>(
                                    PeerWriters.gptq(4, 1, false).tensors(module, numbers));
                            tensors.add(TensorSource.of(
                                    module + ".g_idx",
                                    DType.I32,
                                    List.of((long) numbers.columns()),
                                    MemorySegment.ofArray(numbers.group().clone())));
                            numbers.group()[3] = 0;
                            return tensors;
                        });
        assertThatThrownBy(() -> ModelFolder.open(folder.resolve("packed"), TestDevice.runtime()))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("g_idx")
                .hasMessageContaining("element 3 is 7");
    }

    @Test
    void namesASizeThatContradictsTheModel(@TempDir Path folder) throws IOException {
        new PeerCheckpoint(4, true, 32).write(folder, """
                        {"quant_method": "compressed-tensors", "format": "pack-quantized", "ignore": ["lm_head"],
                         "config_groups": {"g": {"targets": ["Linear"], "weights": {"num_bits": 4, "group_size": 32}}}}""", (module, numbers) -> {
            var tensors = new ArrayList<>(PeerWriters.packQuantized(4, true).tensors(module, numbers));
            tensors.removeIf(tensor -> tensor.name().endsWith("shape"));
            tensors.add(TensorSource.of(
                    module + ".weight_shape", DType.I64, List.of(2L), MemorySegment.ofArray(new long[] {
                        numbers.rows(), numbers.columns() + 1
                    })));
            return tensors;
        });
        assertThatThrownBy(() -> ModelFolder.open(folder.resolve("packed"), TestDevice.runtime()))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("weight_shape")
                .hasMessageContaining("says [64, 65]");
        Files.delete(folder.resolve("packed/config.json"));
    }

    private static void requireRefusal(String json, String field, String reason) {
        assertThatThrownBy(() -> QuantizedModel.of(ConfigDocument.parse(config(json))))
                .isInstanceOfSatisfying(
                        ModelConfigException.class, e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageContaining(reason);
    }

    private static void requireMalformed(List<StoredTensor> tensors, String name, String cause) {
        QuantizedModel model = QuantizedModel.of(ConfigDocument.parse(
                config("{'quant_method': 'gptq', 'bits': 4, 'group_size': 32, 'desc_act': true}")));
        assertThatThrownBy(() -> model.check(tensors))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(cause);
    }

    private static byte[] config(String quantization) {
        return PeerCheckpoint.config(", \"quantization_config\": " + quantization.replace('\'', '"'))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The headers of a GPTQ checkpoint of 4 bits in groups of 32. */
    private static List<StoredTensor> gptq() {
        List<StoredTensor> all = new ArrayList<>();
        ModelTensors.expected(PeerCheckpoint.CONFIG).forEach((name, shape) -> {
            if (shape.size() == 2 && name.contains("proj")) {
                String module = PeerModule.withoutSuffix(name);
                long rows = shape.get(0);
                long columns = shape.get(1);
                all.add(header(module + ".qweight", DType.I32, columns / 8, rows));
                all.add(header(module + ".qzeros", DType.I32, columns / 32, rows / 8));
                all.add(header(module + ".scales", DType.F16, columns / 32, rows));
                all.add(header(module + ".g_idx", DType.I32, columns));
            } else {
                all.add(header(
                        name,
                        DType.F16,
                        shape.stream().mapToLong(Long::longValue).toArray()));
            }
        });
        return all;
    }

    private static void replace(List<StoredTensor> tensors, String name, DType type, long... shape) {
        tensors.replaceAll(tensor -> tensor.name().equals(name) ? header(name, type, shape) : tensor);
    }

    private static StoredTensor header(String name, DType type, long... shape) {
        List<Long> dimensions = Arrays.stream(shape).boxed().toList();
        long bytes = dimensions.stream().reduce((long) type.bytes(), Math::multiplyExact);
        return new StoredTensor("model.safetensors", new TensorEntry(name, type, dimensions, 0, bytes));
    }
}
