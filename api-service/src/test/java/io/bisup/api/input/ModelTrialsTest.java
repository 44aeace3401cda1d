package io.bisup.api.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.bisup.api.ApiConfig;
import io.bisup.api.preflight.ModelInspector;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.TinyModel;
import io.bisup.api.testing.Tokenizers;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models are loaded once, in a process that may die of them; each limit is told with its setting. */
class ModelTrialsTest {

    private static final long STARTED = System.currentTimeMillis();

    @Test
    void aGoodModelIsLoadedAndItsFilesAreTakenAway() throws Exception {
        Path folder = tiny(TinyModel.TOKENIZER);

        Map<String, String> digests = load(Map.of(), folder);

        assertThat(digests).containsOnlyKeys("config.json", "tokenizer.json");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void aModelWithoutTokenizerIsLoaded() throws Exception {
        Path folder = Inputs.folder();
        new TinyModel().withoutTokenizer().write(folder);

        assertThat(load(Map.of(), folder)).containsOnlyKeys("config.json");
    }

    static List<Tokenizers.Refused> refused() {
        return Tokenizers.REFUSED;
    }

    /** Each is one whole JSON document of a known kind, whose ids have rows. */
    @ParameterizedTest
    @MethodSource("refused")
    void whatTheLibraryRefusesIsTold(Tokenizers.Refused tokenizer) throws Exception {
        assertRefused(Map.of(), tiny(tokenizer.json()), "tokenizer.json", tokenizer.cause());
    }

    @Test
    void whatEndsItsProcessIsTold() throws Exception {
        assertRefused(Map.of(), tiny(Tokenizers.ABORTS), "tokenizer.json cannot be loaded", "SIGABRT");
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void whatTakesTooMuchMemoryIsTold() throws Exception {
        assertRefused(
                Map.of("bisup.api.trial-memory-bytes", "400000000"),
                tiny(Tokenizers.LARGE),
                "tokenizer.json cannot be loaded",
                "more than 400000000 bytes of memory");
    }

    @Test
    void whatTakesTooMuchProcessorTimeIsTold() throws Exception {
        assertRefused(
                Map.of("bisup.api.trial-processor-time", "4s", "bisup.api.trial-time", "2m"),
                tiny(Tokenizers.SLOW),
                "tokenizer.json cannot be loaded",
                "more than 4 seconds of processor time");
    }

    @Test
    void whatTakesTooLongIsTold() throws Exception {
        assertRefused(
                Map.of("bisup.api.trial-processor-time", "1m", "bisup.api.trial-time", "15s"),
                tiny(Tokenizers.SLOW),
                "tokenizer.json cannot be loaded",
                "longer than 15 seconds");
    }

    @Test
    void anIdWithoutARowIsTold() throws Exception {
        Path folder = tiny(Tokenizers.WITH_START);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\":\"<s>\"}");

        assertRefused(Map.of(), folder, "id 999", "64 rows");
    }

    /** A process that cannot even begin is no fault of the model. */
    @Test
    void aProcessThatDoesNotBeginIsToBeTriedAgain() throws Exception {
        Path folder = tiny(TinyModel.TOKENIZER);

        assertThatThrownBy(() -> load(Map.of("bisup.api.trial-memory-bytes", "5000000"), folder))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.kind()).isEqualTo(ProblemKind.BUSY));
    }

    @Test
    void oneIsTriedAtATime() throws Exception {
        Path folder = tiny(TinyModel.TOKENIZER);
        ModelTrials trials = new ModelTrials(config(Map.of("bisup.api.trials", "1", "bisup.api.trial-wait", "10ms")));
        Callable<Throwable> load = () ->
                Objects.requireNonNullElse(catchThrowable(() -> load(trials, folder)), new AssertionError("loaded"));
        try (ExecutorService clients = Executors.newFixedThreadPool(2)) {
            List<Future<Throwable>> ends = clients.invokeAll(List.of(load, load));
            assertThat(List.of(ends.get(0).get(), ends.get(1).get()))
                    .anySatisfy(end -> assertThat(end).hasMessage("loaded"))
                    .anySatisfy(end -> assertThat(end)
                            .isInstanceOfSatisfying(
                                    ProblemException.class,
                                    e -> assertThat(e.kind()).isEqualTo(ProblemKind.BUSY)));
        }
        assertThat(load(trials, folder)).isNotEmpty();
    }

    private static void assertRefused(Map<String, String> settings, Path folder, String... words) {
        assertThatThrownBy(() -> load(settings, folder)).isInstanceOfSatisfying(ProblemException.class, e -> {
            assertThat(e.kind()).isEqualTo(ProblemKind.MALFORMED_CHECKPOINT);
            assertThat(e.errors()).singleElement().satisfies(error -> {
                assertThat(error.pointer()).isEqualTo("/source");
                assertThat(error.message())
                        .contains(words)
                        .doesNotContain("Exception", "java.", System.getProperty("java.io.tmpdir") + "/");
            });
        });
    }

    private static Map<String, String> load(Map<String, String> settings, Path folder) {
        return load(new ModelTrials(config(settings)), folder);
    }

    private static Map<String, String> load(ModelTrials trials, Path folder) {
        ModelSource source = LocalFolder.open(folder);
        return trials.load(source, ModelInspector.inspect(source));
    }

    private static Path tiny(String tokenizer) throws Exception {
        Path folder = Inputs.folder();
        new TinyModel().write(folder);
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer);
        return folder;
    }

    private static List<Path> leftovers() throws Exception {
        try (var all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return all.filter(p -> p.getFileName().toString().startsWith("bisup-trial"))
                    .filter(p -> p.toFile().lastModified() >= STARTED)
                    .toList();
        }
    }

    private static ApiConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .withMapping(ApiConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withDefaultValues(settings)
                .addDefaultInterceptors()
                .build()
                .getConfigMapping(ApiConfig.class);
    }
}
