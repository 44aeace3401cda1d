package io.bisup.bench.methods;

import io.bisup.contract.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** The file that keeps results, and the page and the charts that are made of it. */
public final class ResultsFolder {

    private static final String FILE = "results.json";
    private static final String PAGE = "results.md";

    private final Path folder;

    ResultsFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * What was measured before.
     *
     * @return nothing where there is no file
     * @throws io.bisup.contract.InvalidSpecException if it is no file of results
     */
    Results read() throws IOException {
        Path file = folder.resolve(FILE);
        return Files.exists(file) ? Json.read(Files.readString(file), Results.class) : Results.NONE;
    }

    /** Takes the place of what is there; the file last, so that none of it is measured that the page does not show. */
    void write(Results results) throws IOException {
        int section = 0;
        for (Map.Entry<Conditions, List<Line>> entry :
                ResultsPage.sections(results).entrySet()) {
            String chart = new ResultsChart(entry.getKey(), entry.getValue()).svg();
            replace(folder.resolve(ResultsPage.chart(section++)), chart);
        }
        replace(folder.resolve(PAGE), new ResultsPage(results).toString());
        replace(
                folder.resolve(FILE),
                Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(results) + "\n");
    }

    /** Writes a text beside a file, then moves it there in one step: whoever reads it finds it whole. */
    public static void replace(Path file, String text) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(part, text);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
