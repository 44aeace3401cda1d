package io.bisup.bench.methods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.recipe.Preset;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was measured is not measured again; what was not, is. */
class ResumptionTest {

    @TempDir
    Path folder;

    private final List<RowKey> measured = new ArrayList<>();

    @Test
    void everyPresetsKeyIsTheSameAfterItWasWritten() throws IOException {
        List<ResultRow> rows = Fixtures.PRESETS.all().stream()
                .map(Preset::name)
                .map(name -> Fixtures.row(name, 0.1, 4))
                .toList();
        Results results = new Results(rows, List.of(Fixtures.baseline()));
        new ResultsFolder(folder).write(results);
        assertThat(new ResultsFolder(folder).read()).isEqualTo(results);
    }

    @Test
    void figuresThatAreNoNumbersAreKept() throws IOException {
        Score broken = new Score("test", Double.POSITIVE_INFINITY, 10, Double.NaN, 0.0);
        ResultRow row =
                new ResultRow(Fixtures.key("rtn-w8a8", 0), 8, 8, 1, 1, 0, 0, "float32", List.of(broken), List.of());
        new ResultsFolder(folder).write(new Results(List.of(row), List.of()));
        assertThat(new ResultsFolder(folder).read().rows()).containsExactly(row);
    }

    @Test
    void aStoppedCampaignGoesOnWhereItWas() throws Exception {
        List<PlannedRow> rows =
                List.of(planned("rtn-w8a8", 0), planned("gptq-w4a16-g128", 0), planned("bisup-w4a4-g128", 1));
        assertThatThrownBy(() -> measuring((row, known) -> {
                            if (!measured.isEmpty()) {
                                throw new IOException("stopped");
                            }
                            return found(row);
                        })
                        .run(rows, false))
                .hasMessage("stopped");
        assertThat(measuring((row, known) -> found(row)).run(rows, false)).isEmpty();
        assertThat(measured)
                .containsExactlyElementsOf(rows.stream().map(PlannedRow::key).toList());
    }

    @Test
    void aRowThatFailedCostsOnlyItself() throws Exception {
        List<PlannedRow> rows = List.of(planned("rtn-w8a8", 0), planned("rtn-w4a8-g128", 0));
        List<String> failed = measuring((row, known) -> row.equals(rows.getFirst()) ? Optional.empty() : found(row))
                .run(rows, false);
        assertThat(failed).singleElement().asString().contains("rtn-w8a8");
        assertThat(new ResultsFolder(folder).read().rows()).hasSize(1);
    }

    @Test
    void anotherSeedTextOrCodeIsAnotherRow() throws Exception {
        List<PlannedRow> rows = List.of(
                planned(Fixtures.key("bisup-w4a4-g128", 0)),
                planned(Fixtures.key("bisup-w4a4-g128", 1)),
                planned(Fixtures.key("bisup-w4a4-g128", 0, Fixtures.OTHER, Fixtures.CODE)));
        measuring((row, known) -> found(row)).run(rows, false);
        PlannedRow later = planned(Fixtures.key("bisup-w4a4-g128", 0, Fixtures.TRAIN, "2+bbbb"));
        measuring((row, known) -> found(row)).run(List.of(later), true);
        assertThat(measured).as("kept: its code is the only difference").hasSize(3);
        measuring((row, known) -> found(row)).run(List.of(later), false);
        assertThat(measured).hasSize(4);
        assertThat(new ResultsFolder(folder).read().rows())
                .as("the older row gave way")
                .hasSize(3);
    }

    @Test
    void baselinesOfEarlierRowsAreTold() throws Exception {
        List<List<Baseline>> told = new ArrayList<>();
        measuring((row, known) -> {
                    told.add(known.baselines());
                    return found(row);
                })
                .run(List.of(planned("rtn-w8a8", 0), planned("rtn-w4a8-g128", 0)), false);
        assertThat(told).containsExactly(List.of(), List.of(Fixtures.baseline()));
    }

    private Optional<RowOutcome> found(PlannedRow row) {
        measured.add(row.key());
        return Optional.of(new RowOutcome(Fixtures.row(row.key(), 0.1, 4), List.of(Fixtures.baseline())));
    }

    private Measuring measuring(Measuring.Rows rows) {
        return new Measuring(
                new ResultsFolder(folder), rows, new PrintWriter(new StringWriter()), InstantSource.system());
    }

    private static PlannedRow planned(String preset, long seed) {
        return planned(Fixtures.key(preset, seed));
    }

    private static PlannedRow planned(RowKey key) {
        return new PlannedRow(
                key, Path.of("model"), new TextFile(key.calibration(), Path.of("train")), List.of(), List.of());
    }
}
