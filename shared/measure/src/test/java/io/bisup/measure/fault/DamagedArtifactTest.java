package io.bisup.measure.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.DivergenceScore;
import io.bisup.contract.FailureException;
import io.bisup.contract.Measurement;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PerplexitySpec.Protocol;
import io.bisup.contract.Presets;
import io.bisup.contract.QualityGate;
import io.bisup.contract.recipe.Calibration;
import io.bisup.data.TextDataset;
import io.bisup.llm.folder.ModelFailures;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Divergence;
import io.bisup.measure.Perplexity;
import io.bisup.measure.Progress;
import io.bisup.measure.SameTokenizer;
import io.bisup.measure.fault.ArtifactFault.Finder;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.run.FolderQuantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Service.md Q-03 on the files of a real artifact: every fault is refused when it is opened, told by its tokenizer, or misses a gate on
 * perplexity and divergence; artifacts without a fault pass, whatever the text.
 */
class DamagedArtifactTest {

    private static final Path MODEL = ReferenceData.path("data/models/TinyStories-656K");
    private static final TensorRuntime RUNTIME = TestDevice.runtime();
    private static final QualityGate GATE = new QualityGate(1.02, 0.005, null, null);
    private static final int WINDOW = 128;
    private static final int TEXT = 2_500;
    private static final int TEXTS = 10;
    private static final StringBuilder TABLE = new StringBuilder();

    @TempDir
    static Path folder;

    private static String stories;
    private static OpenModel base;
    private static final Map<String, PerplexityResult> BASELINES = new HashMap<>();
    private static StoredBytes artifact;

    /** What was said of an artifact, and by what. */
    private record Verdict(Finder finder, String why) {}

    @BeforeAll
    static void quantize() throws IOException {
        stories = Files.readString(ReferenceData.path("data/corpora/tinystories/smallgpt_tiny_stories.txt"));
        base = ModelFolder.open(MODEL, RUNTIME);
        artifact = quantized("rtn-w8a8", 0);
    }

    @AfterAll
    static void told() {
        base.close();
        System.out.print(TABLE);
    }

    @ParameterizedTest
    @EnumSource(ArtifactFault.class)
    void everyFaultIsFound(ArtifactFault fault) throws IOException {
        StoredBytes damaged = artifact.copiedTo(folder.resolve(fault.name()));
        fault.plant(damaged);
        assertThat(damaged.digests()).as("something is damaged").isNotEqualTo(artifact.digests());

        Verdict verdict = verdict(damaged.folder(), text(0));

        TABLE.append(String.format(Locale.ROOT, "%-34s %-10s %s%n", fault, verdict.finder(), verdict.why()));
        assertThat(verdict.finder()).as(verdict.why()).isEqualTo(fault.finder());
        assertThat(verdict.why()).isNotEmpty().contains(fault.named());
    }

    @Test
    void fiftyCleanRunsRaiseNoAlarm() throws IOException {
        List<StoredBytes> clean = List.of(
                artifact,
                quantized("smoothquant-w8a8", 0),
                quantized("smoothquant-w8a8", 1),
                quantized("smoothquant-w8a8", 2),
                quantized("smoothquant-w8a8", 3));
        for (StoredBytes one : clean) {
            try (OpenModel opened = ModelFolder.open(one.folder(), RUNTIME)) {
                for (int text = 0; text < TEXTS; text++) {
                    assertThat(judged(opened, text(text)).why())
                            .as("%s, text %d", one.folder(), text)
                            .isEmpty();
                }
            }
        }
    }

    /** As the service judges: the model is opened, its tokenizer compared, its scores held against the gate. */
    private static Verdict verdict(Path artifact, TextDataset text) {
        OpenModel opened;
        try {
            opened = ModelFolder.open(artifact, RUNTIME);
        } catch (RuntimeException refused) {
            return new Verdict(Finder.OPENING, told(refused));
        }
        try (opened) {
            return judged(opened, text);
        }
    }

    private static Verdict judged(OpenModel opened, TextDataset text) {
        try {
            SameTokenizer.require(base, opened, text);
        } catch (RuntimeException differs) {
            return new Verdict(Finder.TOKENIZER, told(differs));
        }
        try (Tokenizer tokenizer = base.openTokenizer()) {
            Measurement perplexity = new Measurement(
                    perplexity(opened, text, tokenizer),
                    BASELINES.computeIfAbsent(text.text(), key -> perplexity(base, text, tokenizer)));
            DivergenceScore divergence = new DivergenceScore(
                    new Divergence(base.model(), opened.model(), List.of(), tokenizer, Clock.systemUTC())
                            .measure(text, Protocol.GPTQ, WINDOW, 0, Progress.SILENT));
            String missed = Stream.of(perplexity, divergence)
                    .flatMap(score -> GATE.missed(List.of(score)).stream())
                    .reduce("", (one, other) -> one + other + "; ");
            return new Verdict(Finder.GATE, missed);
        }
    }

    /** A failure of an evaluation has a code; anything else would be reported as a defect of the service. */
    private static String told(RuntimeException refused) {
        RuntimeException coded = ModelFailures.coded(refused);
        assertThat(coded).isInstanceOf(FailureException.class);
        return String.valueOf(coded.getMessage());
    }

    private static PerplexityResult perplexity(OpenModel model, TextDataset text, Tokenizer tokenizer) {
        return new Perplexity(model.model(), List.of(), tokenizer, Clock.systemUTC())
                .measure(text, Protocol.GPTQ, WINDOW, Progress.SILENT);
    }

    private static TextDataset text(int number) {
        String part = stories.substring(number * TEXT, (number + 1) * TEXT);
        return new TextDataset("stories", "0", DatasetFormat.TEXT, List.of(part));
    }

    private static StoredBytes quantized(String preset, int seed) throws IOException {
        Path target = Files.createDirectory(folder.resolve(preset + "-" + seed));
        new FolderQuantization(RUNTIME, Control.NONE)
                .run(
                        new FolderQuantization.Request(
                                MODEL,
                                "digest",
                                Presets.load().get(preset).withCalibration(new Calibration(8, WINDOW, seed)),
                                stories.substring(100_000, 200_000),
                                null,
                                WINDOW),
                        target,
                        List.of(),
                        (shard, report) -> {});
        return new StoredBytes(target);
    }
}
