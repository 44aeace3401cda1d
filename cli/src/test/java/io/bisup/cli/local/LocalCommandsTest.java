package io.bisup.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.CommandRun;
import io.bisup.contract.Json;
import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.config.DecoderConfig;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The offline commands on the demo model, from the command line to the files they write. */
class LocalCommandsTest {

    private static final Path MODEL = Path.of("../demo-model/model");
    private static final Path READER = Path.of("../docs/artifact/read_artifact.py");
    private static final int TIME = 24;
    private static final String WEIGHTS = "model.safetensors";
    private static final String EMBEDDING = "model.embed_tokens.weight";
    private static final String HEAD = "lm_head.weight";

    /** Asymmetric weights, a scale a token, a symmetric cache, every clip, no prefix. */
    private static final String OTHER_FORMATS = """
            name: other-formats
            weights: {bits: 4, symmetric: false, group: "64"}
            activations: {bits: 5, symmetric: false, group: token}
            keyValue: {bits: 4, symmetric: true, group: head}
            clipping: {weights: true, activations: true, keyValue: true}
            smoothing: {alpha: 0.5, bound: 4.0}
            training: {epochs: 1, learningRate: 0.005, heldOut: 2}
            """;

    /** Atom (2310.19102) at the width of a small model: permutations, tiles, ragged groups, keepers, one block at other bits. */
    private static final String SMALL_ATOM = """
            version: 2
            name: small-atom
            base: atom-w4a4-g128
            precision:
              weights: {scope: {columns: 48, rows: 2}}
              inputs: {scope: {columns: 48}}
              keepers: {channels: 32, bits: 8}
              overrides: {"model.layers.1.*": {bits: 6, scope: {columns: 32}}}
            """;

    @TempDir
    Path folder;

    /** Every kind of layout on a trained model: plain, keys before RoPE with a branch, permuted with keepers, rotated. */
    @ParameterizedTest
    @ValueSource(strings = {"rtn-w3a3-g128", "bisup-w3a3-g128", "small-atom.yaml", "quarot-w4a4-g128"})
    void anotherProgramReadsASmallLlamaAlike(String recipe) throws IOException {
        assumeTrue(PythonTorch.isPresent(), "python3 with torch is not on this machine");
        String reference = System.getProperty("bisup.reference.dir", "../../shared");
        assumeTrue(!reference.equals("off"), "reference data switched off");
        assertReadAlike(quantize(Path.of(reference, "data/models/TinyStories-656K"), recipe));
    }

    /** Every stage and every kind of tensor, read back by another program that knows only the artifact's description. */
    @ParameterizedTest
    @ValueSource(strings = {"bisup-w3a3-g128", "other-formats.yaml", "rtn-w4a16-g128"})
    void anotherProgramReadsTheArtifactAlike(String recipe) throws IOException {
        assumeTrue(PythonTorch.isPresent(), "python3 with torch is not on this machine");
        assertReadAlike(quantize(MODEL, recipe));
    }

    @Test
    void eachBlockButTheLastTellsTheTimeLeft() throws IOException {
        Path text = Files.writeString(folder.resolve("calibration.txt"), "The fox went to the river. ".repeat(200));
        CommandRun run = CommandRun.of(
                "local",
                "quantize",
                "--model",
                MODEL,
                "--recipe",
                "rtn-w4a16-g128",
                "--calibration",
                text,
                "--samples",
                "4",
                "--sequence-length",
                "48",
                "--out",
                folder.resolve("artifact"));

        assertThat(run.code()).as(run.err()).isZero();
        List<String> blocks =
                run.out().lines().filter(line -> line.startsWith("block ")).toList();
        assertThat(blocks).hasSize(DecoderConfig.read(MODEL).layers());
        for (int i = 0; i < blocks.size() - 1; i++) {
            assertThat(blocks.get(i))
                    .matches("block %d: loss .* s, %d of %d, about \\d+ s left".formatted(i, i + 1, blocks.size()));
        }
        assertThat(blocks.getLast()).doesNotContain("left");
    }

    /** Some writers of tied models store the one matrix as the head only; releases up to 0.1.0 passed that on. */
    @Test
    void aTiedMatrixUnderTheHeadsNameIsAnEmbedding() throws IOException {
        Path source = Files.createDirectory(folder.resolve("source"));
        for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json", WEIGHTS)) {
            Files.copy(MODEL.resolve(name), source.resolve(name));
        }
        rename(source.resolve(WEIGHTS), EMBEDDING, HEAD);
        Path artifact = quantize(source, "rtn-w4a16-g128");
        Path ends = artifact.resolve("ends.safetensors");
        try (SafetensorsFile file = SafetensorsFile.open(ends)) {
            assertThat(file.header().tensors()).containsKey(EMBEDDING).doesNotContainKey(HEAD);
        }
        assumeTrue(PythonTorch.isPresent(), "python3 with torch is not on this machine");
        rename(ends, EMBEDDING, HEAD);
        Path index = artifact.resolve("model.safetensors.index.json");
        Files.writeString(index, Files.readString(index).replace(EMBEDDING, HEAD));
        assertReadAlike(artifact);
    }

    private static void rename(Path file, String from, String to) throws IOException {
        Path old = file.resolveSibling("old");
        Files.move(file, old);
        try (SafetensorsFile source = SafetensorsFile.open(old)) {
            List<TensorSource> tensors = source.header().tensors().keySet().stream()
                    .map(name -> source.tensor(name).orElseThrow())
                    .map(view -> TensorSource.of(
                            view.name().equals(from) ? to : view.name(), view.dtype(), view.shape(), view.data()))
                    .toList();
            SafetensorsWriter.write(file, SafetensorsWriter.FORMAT_PT, tensors);
        }
        Files.delete(old);
    }

    private void assertReadAlike(Path artifact) throws IOException {
        Path ids = ids();
        Path ours = folder.resolve("ours.safetensors");
        CommandRun run = CommandRun.of("local", "logits", "--model", artifact, "--ids", ids, "--out", ours);
        assertThat(run.code()).as(run.err()).isZero();
        Path theirs = folder.resolve("theirs.safetensors");
        PythonTorch.run(READER, artifact, ids, theirs);

        float[] expected = logits(theirs);
        float[] actual = logits(ours);
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 0;
        for (float logit : expected) {
            largest = Math.max(largest, Math.abs(logit));
        }
        assertThat(meanDistance(actual, expected)).isLessThan(1e-4 * largest);
    }

    @Test
    void perplexityEndsWithOneJsonObject() throws IOException {
        Path text = Files.writeString(folder.resolve("text.txt"), "The miller of the valley sold bread. ".repeat(60));
        CommandRun run = CommandRun.of(
                "local",
                "perplexity",
                "--model",
                MODEL,
                "--text",
                text,
                "--protocol",
                "gptq",
                "--window",
                "64",
                "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode last = Json.mapper().readTree(run.out().lines().toList().getLast());
        assertThat(last.path("perplexity").asDouble()).isBetween(1.0, 1e4);
        assertThat(last.path("windows").asInt())
                .isEqualTo((int) (last.path("tokens").asLong() / 64));
    }

    static Stream<Arguments> mistakes() {
        List<Object> logits = List.of("local", "logits", "--model", MODEL, "--ids", "pom.xml", "--out", "target/o");
        return Stream.of(
                Arguments.of("no-such-folder", measuring("no-such-folder", "pom.xml")),
                Arguments.of("no-such.txt", measuring(MODEL, "no-such.txt")),
                Arguments.of("config.json", measuring("src", "pom.xml")),
                Arguments.of("cuda:9", measuring(MODEL, "pom.xml", "--device", "cuda:9")),
                Arguments.of("bf16", quantizingIn("bf16")),
                Arguments.of("magic", quantizing("magic", "pom.xml")),
                Arguments.of("no-such.txt", quantizing("rtn-w4a4-g128", "no-such.txt")),
                Arguments.of("pom.xml", logits));
    }

    private static List<Object> measuring(Object model, Object... text) {
        List<Object> words = new ArrayList<>(List.of("local", "perplexity", "--model", model, "--text"));
        words.addAll(List.of(text));
        return words;
    }

    private static List<Object> quantizingIn(String compute) {
        List<Object> words = new ArrayList<>(quantizing("rtn-w4a4-g128", "pom.xml"));
        words.addAll(List.of("--compute", compute));
        return words;
    }

    private static List<Object> quantizing(String recipe, String calibration) {
        return List.of(
                "local",
                "quantize",
                "--model",
                MODEL,
                "--recipe",
                recipe,
                "--calibration",
                calibration,
                "--out",
                "target/mistake");
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsOneLineAndExitCodeTwo(String named, List<Object> arguments) {
        CommandRun run = CommandRun.of(arguments.toArray());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err().strip().lines()).singleElement().asString().contains(named);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void soIsAModelWithoutAConfiguration() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("model"));
        CommandRun run = CommandRun.of(
                "local",
                "quantize",
                "--model",
                empty,
                "--recipe",
                "rtn-w4a16-g128",
                "--calibration",
                "pom.xml",
                "--out",
                folder.resolve("artifact"));

        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err().strip().lines()).singleElement().asString().contains("config.json");
    }

    private Path quantize(Path model, String recipe) throws IOException {
        Path named = switch (recipe) {
            case "other-formats.yaml" -> Files.writeString(folder.resolve(recipe), OTHER_FORMATS);
            case "small-atom.yaml" -> Files.writeString(folder.resolve(recipe), SMALL_ATOM);
            default -> Path.of(recipe);
        };
        Path text = Files.writeString(
                folder.resolve("calibration.txt"), "The fox went to the river and asked the miller. ".repeat(200));
        Path artifact = folder.resolve("artifact");
        CommandRun run = CommandRun.of(
                "local",
                "quantize",
                "--model",
                model,
                "--recipe",
                named,
                "--calibration",
                text,
                "--out",
                artifact,
                "--samples",
                "8",
                "--sequence-length",
                "48",
                "--system-prompt",
                "You keep the archive.",
                "--json");
        assertThat(run.code()).as(run.err()).isZero();
        return artifact;
    }

    private Path ids() throws IOException {
        long[] ids = new Random(3).longs(2 * TIME, 3, 1_000).toArray();
        Path file = folder.resolve("ids.safetensors");
        SafetensorsWriter.write(
                file,
                SafetensorsWriter.FORMAT_PT,
                List.of(TensorSource.of("input_ids", DType.I64, List.of(2L, (long) TIME), MemorySegment.ofArray(ids))));
        return file;
    }

    private static float[] logits(Path file) {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            return opened.tensor("logits").orElseThrow().toFloats();
        }
    }

    private static double meanDistance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.abs(a[i] - b[i]);
        }
        return sum / a.length;
    }
}
