package io.bisup.bench.methods;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The arithmetic of the page's tables. */
class ComparisonTest {

    private static final double EXACTLY = 1e-12;

    @Test
    void recoveredCountsFromSearchedRoundingOfTheSameBits() {
        List<Line> lines = Line.of(List.of(
                Fixtures.row("rtn-w4a4-g128", 0.8, 4.1),
                Fixtures.row("rtn-search-w4a4-g128", 0.4, 4.2),
                Fixtures.row("rtn-search-w3a3-g128", 2.0, 3.2),
                Fixtures.row("bisup-w4a4-g128", 0.1, 4.9)));
        Comparison comparison = new Comparison(lines);
        assertThat(comparison.recovered(lines.getLast(), 0)).hasValueCloseTo(0.75, within(EXACTLY));
        assertThat(comparison.recovered(lines.getFirst(), 0))
                .as("plain rounding")
                .hasValueCloseTo(-1.0, within(EXACTLY));
        assertThat(comparison.recovered(lines.get(1), 0)).as("the row itself").isEmpty();
    }

    @Test
    void theReferenceReadTheSameTextWhereThereIsOne() {
        ResultRow other =
                Fixtures.row(Fixtures.key("rtn-search-w4a4-g128", 0, Fixtures.OTHER, Fixtures.CODE), 0.2, 4.2);
        List<Line> lines = Line.of(List.of(
                Fixtures.row("rtn-search-w4a4-g128", 0.4, 4.2), other, Fixtures.row("quarot-w4a4-g128", 0.3, 4.1)));
        assertThat(new Comparison(lines).reference(lines.getLast())).hasValue(lines.getFirst());
    }

    @Test
    void nearestSizeIsAnUntrainedRowThatRunsAlike() {
        List<Line> lines = Line.of(List.of(
                Fixtures.row("rtn-search-w4a16-g128", 0.1, 4.95),
                Fixtures.row("rtn-search-w4a4-g128", 0.4, 4.2),
                Fixtures.row("atom-w4a4-g128", 0.3, 4.7),
                Fixtures.row("bisup-atom-w4a4-g128", 0.05, 5.6),
                Fixtures.row("bisup-w4a4-g128", 0.1, 4.9)));
        assertThat(new Comparison(lines).nearestSize(lines.getLast()))
                .as("neither the row with exact inputs nor the one that learns")
                .hasValueSatisfying(line -> assertThat(line.name()).isEqualTo("atom-w4a4-g128"));
    }

    @Test
    void seedsAreOneLineWithTheirSpread() {
        RowKey first = Fixtures.key("bisup-w4a4-g128", 0);
        RowKey second = Fixtures.key("bisup-w4a4-g128", 1);
        RowKey third = Fixtures.key("bisup-w4a4-g128", 2);
        List<Line> lines = Line.of(
                List.of(Fixtures.row(first, 0.1, 4.9), Fixtures.row(second, 0.4, 4.9), Fixtures.row(third, 0.1, 4.9)));
        assertThat(lines).hasSize(1);
        Spread loss = lines.getFirst().loss(0);
        assertThat(loss.mean()).isCloseTo(0.2, within(EXACTLY));
        assertThat(loss.halfRange()).isCloseTo(0.15, within(EXACTLY));
        assertThat(loss.text(3)).isEqualTo("0.200 ± 0.150");
    }

    @Test
    void oneSeedHasNoSpread() {
        assertThat(Line.of(List.of(Fixtures.row("rtn-w8a8", 0.25, 8)))
                        .getFirst()
                        .loss(0)
                        .text(2))
                .isEqualTo("0.25");
    }

    @Test
    void tablesStandFromManyBitsToFew() {
        assertThat(List.of("rtn-w3a3-g128", "rtn-w4a8-g128", "rtn-w4a16-g128", "rtn-w8a8", "rtn-w4a4-g128").stream()
                        .map(name -> NumberFormats.of(Fixtures.PRESETS.get(name).precision()))
                        .sorted())
                .hasToString("[W4A16, W8A8, W4A8, W4A4KV4, W3A3KV3]");
    }
}
