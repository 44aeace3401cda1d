package io.bisup.demo.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The committed folder is what its report and the README say it is. */
class DemoModelTest {
    private static final Path FOLDER = Path.of("model");
    private static final long MOST_BYTES = 12_000_000;

    private static TensorRuntime runtime;
    private static JsonNode report;

    @BeforeAll
    static void open() throws IOException {
        runtime = TensorRuntime.open(ComputeDevice.parse(System.getProperty("bisup.device", "cpu")));
        report = new ObjectMapper().readTree(TrainingReport.read(FOLDER));
    }

    @AfterAll
    static void close() {
        runtime.close();
    }

    @ParameterizedTest
    @EnumSource(Register.class)
    void predictsAsWellAsReported(Register register) {
        String sample = "perplexity_of_first_" + TrainingReport.SAMPLE_WINDOWS + "_windows";
        double reported = report.path(sample)
                .path(TrainingReport.name(Split.TEST, register))
                .asDouble();
        try (DemoModel model = DemoModel.open(runtime, FOLDER)) {
            assertThat(model.perplexity(Split.TEST, register, TrainingReport.SAMPLE_WINDOWS))
                    .isCloseTo(reported, within(0.005 * reported));
        }
    }

    @Test
    void readmeQuotesTheReport() throws IOException {
        String readme = Files.readString(Path.of("README.md"));

        for (JsonNode perplexity : report.path("perplexity")) {
            assertThat(readme).contains(String.format(Locale.ROOT, "%.3f", perplexity.asDouble()));
        }
        assertThat(readme)
                .contains(
                        report.path("steps").asText() + " steps",
                        "seed " + report.path("seed").asText());
    }

    @Test
    void isSmallAndSuitsGroupsOf128() throws IOException {
        DecoderConfig config = DecoderConfig.read(FOLDER);

        assertThat(Files.size(FOLDER.resolve("model.safetensors"))).isLessThan(MOST_BYTES);
        assertThat(config.hiddenSize() % 128).isZero();
        assertThat(config.intermediateSize() % 128).isZero();
        assertThat(config.queriesPerKeyValueHead()).isEqualTo(2);
    }

    @Test
    void shipsTheSystemPromptOfTheCorpus() throws IOException {
        assertThat(Files.readString(FOLDER.resolve("system_prompt.txt")).strip())
                .isEqualTo(DemoCorpus.SYSTEM_PROMPT);
    }
}
