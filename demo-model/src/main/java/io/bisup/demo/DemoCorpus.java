package io.bisup.demo;

import io.bisup.demo.corpus.DocumentGenerator;
import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The demo model's text, generated on demand: the same bytes on every machine. */
public final class DemoCorpus {
    /** Every document begins with it, and so does a prefix key-value cache that fits the model. */
    public static final String SYSTEM_PROMPT =
            "You keep the archive of the valley. Tell it in plain words, and answer from the text alone.";

    private static final String BETWEEN_DOCUMENTS = "\n\n";
    private static final int TRAIN_CHARACTERS = 3_000_000;
    private static final int EVALUATION_CHARACTERS = 150_000;
    private static final DocumentGenerator GENERATOR = new DocumentGenerator(SYSTEM_PROMPT);

    private DemoCorpus() {}

    /** Training documents of both registers in turn, about 6 MB; calibration text is taken from here. */
    public static List<String> train() {
        List<String> stories = documents(Split.TRAIN, Register.STORIES);
        List<String> records = documents(Split.TRAIN, Register.RECORDS);
        int pairs = Math.min(stories.size(), records.size());
        return Stream.concat(
                        IntStream.range(0, pairs).boxed().flatMap(i -> Stream.of(stories.get(i), records.get(i))),
                        Stream.concat(
                                stories.subList(pairs, stories.size()).stream(),
                                records.subList(pairs, records.size()).stream()))
                .toList();
    }

    /** Validation text of one register, about 150 kB. */
    public static String validation(Register register) {
        return text(Split.VALIDATION, register);
    }

    /** Test text of one register, about 150 kB; nothing is tuned on it. */
    public static String test(Register register) {
        return text(Split.TEST, register);
    }

    /** The documents of one split and register. */
    public static List<String> documents(Split split, Register register) {
        int characters = split == Split.TRAIN ? TRAIN_CHARACTERS : EVALUATION_CHARACTERS;
        return GENERATOR.documents(split, register, characters);
    }

    /** The documents of one split and register joined by blank lines, as the perplexity protocols read them. */
    public static String text(Split split, Register register) {
        return String.join(BETWEEN_DOCUMENTS, documents(split, register));
    }

    /** Information of the generator's choices for one split and register in nats: no model needs to do better. */
    public static double nats(Split split, Register register) {
        return GENERATOR.nats(split, register, documents(split, register).size());
    }
}
