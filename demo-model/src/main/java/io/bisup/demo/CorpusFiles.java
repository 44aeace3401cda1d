package io.bisup.demo;

import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The corpus as text files, for the commands that read files. */
public final class CorpusFiles {
    /** Training documents of both registers, joined by blank lines. */
    public static final String TRAIN = "train.txt";

    private CorpusFiles() {}

    /** Name of an evaluation text, e.g. {@code test-stories.txt}. */
    public static String name(Split split, Register register) {
        return (split + "-" + register).toLowerCase(Locale.ROOT) + ".txt";
    }

    /** Writes {@link #TRAIN} and the validation and test texts of each register. */
    public static void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(TRAIN), String.join("\n\n", DemoCorpus.train()));
        for (Register register : Register.values()) {
            Files.writeString(directory.resolve(name(Split.VALIDATION, register)), DemoCorpus.validation(register));
            Files.writeString(directory.resolve(name(Split.TEST, register)), DemoCorpus.test(register));
        }
    }
}
