package io.bisup.bench.methods;

import io.bisup.contract.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The file that keeps results: whoever reads it finds it whole, whenever the writer ends. */
final class ResultsFile {

    private final Path file;

    ResultsFile(Path file) {
        this.file = file;
    }

    /**
     * What was measured before.
     *
     * @return nothing where there is no file
     * @throws io.bisup.contract.InvalidSpecException if it is no file of results
     */
    Results read() throws IOException {
        return Files.exists(file) ? Json.read(Files.readString(file), Results.class) : Results.NONE;
    }

    /** Takes the place of what is there. */
    void write(Results results) throws IOException {
        write(file, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(results) + "\n");
    }

    /** Writes a text beside a file, then moves it there in one step. */
    static void write(Path file, String text) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(part, text);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
