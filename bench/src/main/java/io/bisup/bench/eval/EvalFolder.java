package io.bisup.bench.eval;

import io.bisup.bench.methods.ResultsFolder;
import io.bisup.contract.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file that keeps comparisons and the page that is made of it. */
final class EvalFolder {

    private static final String FILE = "evaluation.json";
    private static final String PAGE = "evaluation.md";

    private final Path folder;

    EvalFolder(Path folder) {
        this.folder = folder;
    }

    /** What was compared before; nothing where there is no file. */
    EvalResults read() throws IOException {
        Path file = folder.resolve(FILE);
        return Files.exists(file) ? Json.read(Files.readString(file), EvalResults.class) : EvalResults.NONE;
    }

    /** Adds a row. */
    void add(EvalRow row) throws IOException {
        write(read().with(row));
    }

    /** The page first, so that none of the file is kept that the page does not show. */
    void write(EvalResults results) throws IOException {
        ResultsFolder.replace(folder.resolve(PAGE), new EvalPage(results).toString());
        ResultsFolder.replace(
                folder.resolve(FILE),
                Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(results) + "\n");
    }
}
