package io.bisup.bench.methods;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.bisup.contract.InvalidSpecException;
import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Texts by name, or by {@code NAME=FILE}. Of each name there is a text to calibrate on and another to measure on, which share
 * no document; all but the demo's lie in the folder of reference data that the tests use.
 */
public final class KnownTexts {

    private static final int DEMO_DOCUMENTS = 2_000;
    /** C4's protocol measures on documents before this one. */
    private static final int C4_MEASURED = 1_100;

    private static final int STORIES_MEASURED = 150_000;

    /** Names that need no file. */
    private enum Known {
        WIKITEXT2("WikiText-2"),
        C4("C4"),
        TINYSTORIES("TinyStories"),
        DEMO("demo");

        private final String title;

        Known(String title) {
            this.title = title;
        }
    }

    private final Path reference;
    private final Path work;

    /**
     * @param reference folder of reference data
     * @param work folder that cut and generated texts are written to
     */
    public KnownTexts(Path reference, Path work) {
        this.reference = reference;
        this.work = work;
    }

    /** The characters of the text to calibrate on that an option names. */
    public String calibrationText(String option) throws IOException {
        return calibration(option).dataset().text();
    }

    /** The text to calibrate on that an option names. */
    TextFile calibration(String option) throws IOException {
        int equals = option.indexOf('=');
        if (equals >= 0) {
            return TextFile.of(option.substring(0, equals), Path.of(option.substring(equals + 1)));
        }
        Known known = known(option);
        return switch (known) {
            case WIKITEXT2 -> TextFile.of(known.title, data("corpora/wikitext2/wiki.train.first1MB.txt"));
            case C4 -> TextFile.write(known.title, c4Train(), work.resolve("c4.train.jsonl"));
            case TINYSTORIES -> {
                String stories = stories();
                yield TextFile.write(
                        known.title,
                        stories.substring(0, stories.length() - STORIES_MEASURED),
                        work.resolve("tinystories.train.txt"));
            }
            case DEMO ->
                TextFile.write(
                        known.title,
                        String.join("\n\n", DemoCorpus.train().subList(0, DEMO_DOCUMENTS)),
                        work.resolve("demo.train.txt"));
        };
    }

    /** The characters of the text to measure on that an option names. */
    public String evaluationText(String option) throws IOException {
        return evaluation(option).dataset().text();
    }

    /** The text to measure on that an option names. */
    TextFile evaluation(String option) throws IOException {
        int equals = option.indexOf('=');
        if (equals >= 0) {
            return TextFile.of(option.substring(0, equals), Path.of(option.substring(equals + 1)));
        }
        Known known = known(option);
        return switch (known) {
            case WIKITEXT2 -> TextFile.of(known.title, data("corpora/wikitext2/wiki.test.raw"));
            case C4 -> TextFile.of(known.title, c4());
            case TINYSTORIES -> {
                String stories = stories();
                yield TextFile.write(
                        known.title,
                        stories.substring(stories.length() - STORIES_MEASURED),
                        work.resolve("tinystories.test.txt"));
            }
            case DEMO -> TextFile.write(known.title, demoTest(), work.resolve("demo.test.jsonl"));
        };
    }

    private Known known(String option) {
        return Stream.of(Known.values())
                .filter(known -> known.name().equalsIgnoreCase(option))
                .findFirst()
                .orElseThrow(() -> new InvalidSpecException(
                        "text",
                        "'" + option + "' is no text that is known",
                        "write NAME=FILE, or one of "
                                + Stream.of(Known.values())
                                        .map(known -> known.name().toLowerCase(Locale.ROOT))
                                        .collect(Collectors.joining(", "))));
    }

    private String c4Train() throws IOException {
        try (Stream<String> documents = Files.lines(c4())) {
            return documents.skip(C4_MEASURED).collect(Collectors.joining("\n", "", "\n"));
        }
    }

    private Path c4() {
        return data("corpora/c4/c4_validation_2k.jsonl");
    }

    private String stories() throws IOException {
        return Files.readString(data("corpora/tinystories/smallgpt_tiny_stories.txt"));
    }

    /** Stories and records in turn, so that the first bytes hold both. */
    private static String demoTest() {
        List<String> stories = DemoCorpus.documents(Split.TEST, Register.STORIES);
        List<String> records = DemoCorpus.documents(Split.TEST, Register.RECORDS);
        return IntStream.range(0, Math.min(stories.size(), records.size()))
                .boxed()
                .flatMap(i -> Stream.of(stories.get(i), records.get(i)))
                .map(text -> JsonNodeFactory.instance.objectNode().put("text", text) + "\n")
                .collect(Collectors.joining());
    }

    private Path data(String relative) {
        Path file = reference.resolve("data").resolve(relative);
        if (!Files.exists(file)) {
            throw new InvalidSpecException(
                    "text",
                    "there is no " + file.toAbsolutePath().normalize(),
                    "write NAME=FILE, or name the folder of reference data by --data (or BISUP_JAVA_OPTS=-D"
                            + ReferenceData.PROPERTY + "=DIR)");
        }
        return file;
    }
}
