package io.bisup.bench.methods;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as it is written, and its chart. */
class ResultsPageTest {

    private static final Results RESULTS = new Results(
            List.of(
                    Fixtures.row("rtn-w4a16-g128", 0.02, 4.13),
                    Fixtures.row("rtn-search-w4a4-g128", 0.4, 4.2),
                    Fixtures.row("quarot-w4a4-g128", 0.3, 4.13),
                    Fixtures.row(Fixtures.key("bisup-w4a4-g128", 0), 0.1, 4.9),
                    Fixtures.row(Fixtures.key("bisup-w4a4-g128", 1), 0.2, 4.9)),
            List.of(Fixtures.baseline()));

    /** Its size sets a point apart from the legend's marks. */
    private static final String POINT = "r=\"4.4\"";

    @Test
    void page() throws IOException {
        String page = new ResultsPage(RESULTS).toString();
        try (var golden = getClass().getResourceAsStream("results.md")) {
            assertThat(golden).isNotNull();
            assertThat(page).isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void theChartHasAPointForEveryLineOfThePage() {
        String svg = chart(RESULTS);
        assertThat(svg.split(POINT, -1)).hasSize(1 + 4);
        assertThat(svg).contains("bisup-w4a4-g128").contains("stored bits a weight");
    }

    @Test
    void theSameRowsGiveTheSameChart() {
        assertThat(chart(RESULTS)).isEqualTo(chart(RESULTS));
    }

    @Test
    void aReadmeShowsTheReferenceAndTheBestBesideIt(@TempDir Path folder) throws IOException {
        Path readme = Files.writeString(
                folder.resolve("README.md"),
                "before\n<!-- results: written by ./bisup bench methods -->\nold\n<!-- end of results -->\nafter\n");
        ReadmeTable.refresh(readme, RESULTS);
        String once = Files.readString(readme);
        assertThat(once)
                .startsWith("before\n")
                .endsWith("after\n")
                .doesNotContain("old", "quarot", "rtn-w4a16")
                .contains(
                        "| W4A4KV4 | `rtn-search-w4a4-g128` | 14.918 | 0.4000 |  | 4.20 | 1.5 |\n",
                        "| W4A4KV4 | `bisup-w4a4-g128` | 11.633 ± 0.581 | 0.1500 ± 0.0500 | 62 % | 4.90 | 1.5 |\n");
        ReadmeTable.refresh(readme, RESULTS);
        assertThat(readme).hasContent(once);
    }

    @Test
    void otherWindowsAreAnotherSection() {
        RowKey key = Fixtures.key("rtn-w8a8", 0);
        RowKey longer = new RowKey(
                key.model(),
                key.recipe(),
                key.calibration(),
                null,
                key.evaluation(),
                1024,
                List.of(),
                "cpu",
                key.code());
        Results two = new Results(List.of(Fixtures.row(key, 0.1, 8), Fixtures.row(longer, 0.1, 8)), List.of());
        assertThat(new ResultsPage(two).toString().split("\n## ", -1)).hasSize(1 + 2);
    }

    /** Each row's loss is counted from the FP model behind its own prefix. */
    @Test
    void rowsBehindOtherPrefixesStandBesideThoseWithout() {
        RowKey key = Fixtures.key("rtn-w8a8", 0);
        RowKey behind = new RowKey(
                key.model(),
                Fixtures.key("bisup-w4a4-g128", 0).recipe(),
                key.calibration(),
                "Be kind.",
                key.evaluation(),
                key.window(),
                List.of(),
                "cpu",
                key.code());
        Results two = new Results(List.of(Fixtures.row(key, 0.1, 8), Fixtures.row(behind, 0.1, 5)), List.of());
        assertThat(new ResultsPage(two).toString().split("\n## ", -1)).hasSize(1 + 1);
    }

    @Test
    void tasksHaveATableWithPairedDifferences() {
        RowKey key = Fixtures.key("rtn-w8a8", 0);
        TaskId task = new TaskId("piqa", "e".repeat(64), 10);
        TaskId other = new TaskId("boolq", "f".repeat(64), 4);
        ResultRow plain = Fixtures.row(key, 0.1, 8);
        List<TaskScore> scores = List.of(
                new TaskScore(task, "acc_norm", "none", "1010000000", "1111111111"),
                new TaskScore(other, "acc", "none", "1100", "1010"));
        ResultRow row = new ResultRow(key, 8, 8, 1, 1, 1, 0, "float32", plain.scores(), scores);
        String page = new ResultsPage(new Results(List.of(row), List.of())).toString();
        assertThat(page)
                .contains(
                        "| recipe | piqa (10) | boolq (4) |\n",
                        "| FP | 100.0 ± 0.0 | 50.0 ± 28.9 |\n",
                        "| `rtn-w8a8` | 20.0 ± 13.3, **-80.0 ± 13.3** | 50.0 ± 28.9, +0.0 ± 40.8 |\n");
        assertThat(new ResultsPage(RESULTS).toString()).doesNotContain("### Tasks");
    }

    @Test
    void tasksAreKeptInTheFile(@TempDir Path folder) throws IOException {
        RowKey plain = Fixtures.key("rtn-w8a8", 0);
        TaskId task = new TaskId("piqa", "e".repeat(64), 2);
        RowKey key = new RowKey(
                plain.model(),
                plain.recipe(),
                plain.calibration(),
                null,
                plain.evaluation(),
                512,
                List.of(task),
                "cpu",
                Fixtures.CODE);
        TaskScore score = new TaskScore(task, "acc_norm", "none", "10", "11");
        ResultRow row = new ResultRow(
                key, 8, 8, 1, 1, 1, 0, "float32", Fixtures.row(key, 0.1, 8).scores(), List.of(score));
        Results results = new Results(List.of(row), List.of());
        new ResultsFolder(folder).write(results);
        assertThat(new ResultsFolder(folder).read()).isEqualTo(results);
        assertThat(results.taskScores(key)).containsExactly(score);
        assertThat(results.has(plain, true)).isFalse();
    }

    private static String chart(Results results) {
        var section = ResultsPage.sections(results).entrySet().iterator().next();
        return new ResultsChart(section.getKey(), section.getValue()).svg();
    }
}
