package io.bisup.contract.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.contract.Presets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How recipes are written and read. */
class RecipeLanguageTest {

    private static final Presets PRESETS = Presets.load();

    /** Every construct of the language. */
    private static final String WHOLE = """
            version: 2
            name: whole
            transforms:
              - smooth: {sites: [o, down], start: ones, alpha: 0.75, bound: 2, form: exponent, spareKeepers: true}
              - reorder
              - rotate: {of: [down], kind: orthogonal, seed: 3}
            precision:
              weights: {bits: 4, scope: {columns: 128, rows: 2}}
              inputs: {bits: 8, symmetric: false, scope: row}
              cache:
                keys: {bits: 4, place: before_rope, offset: bias, rotate: true}
                values: {bits: 3, symmetric: true, scope: tensor}
              keepers: {channels: 64, bits: 8}
              overrides: {down: {bits: 8}}
            ranges: {weights: 0.85, inputs: {searched: {norm: 2.4}}, cache: full}
            rounding: {gptq: {order: activation, onlyIfBetter: true}}
            compensation: {rank: 32, energy: 0.9, reads: quantized, outliers: 4}
            learning: {of: [low_rank, weight_ranges], epochs: 2, objective: token_weighted}
            prefix: {tokens: {ids: [1, 2]}}
            calibration: {samples: 16, sequenceLength: 256}
            """;

    private static Recipe read(String yaml) {
        return Json.yaml(yaml, RecipeDocument.class).resolve(PRESETS::get);
    }

    private static InvalidSpecException fault(String yaml) {
        var fault = catchThrowableOfType(InvalidSpecException.class, () -> read(yaml));
        assertThat(fault).as("nothing was found in\n%s", yaml).isNotNull();
        return fault;
    }

    @Test
    void readsEveryConstruct() {
        Recipe recipe = read(WHOLE);
        assertThat(recipe)
                .isEqualTo(new Recipe(
                        2,
                        "whole",
                        List.of(
                                new Transform.Smooth(
                                        Set.of(Site.O, Site.DOWN),
                                        Transform.Smooth.Start.ONES,
                                        0.75,
                                        2,
                                        Transform.Smooth.Form.EXPONENT,
                                        true),
                                new Transform.Reorder(Transform.Reorder.By.SECOND_MOMENT),
                                new Transform.Rotate(
                                        Set.of(Transform.Rotate.Rotation.DOWN), Transform.Rotate.Kind.ORTHOGONAL, 3)),
                        new Precision(
                                Format.integer(4, true, new Scope.Channels(128, 2)),
                                Format.integer(8, false, new Scope.Row()),
                                new CacheFormat(
                                        Format.integer(4, false, new Scope.Head()),
                                        Format.integer(3, true, new Scope.Tensor()),
                                        CacheFormat.Place.BEFORE_ROPE,
                                        CacheFormat.Offset.BIAS,
                                        CacheFormat.Toggle.ON),
                                new Keepers(64, 8),
                                Map.of("down", Format.integer(8, true, new Scope.Row()))),
                        new Ranges(new Range.Fixed(0.85), new Range.Searched(2.4), new Range.Full()),
                        new Rounding.Gptq(0.01, 128, Rounding.Gptq.Order.ACTIVATION, false, true),
                        new LowRank(32, 0.9, LowRank.Start.WHITENED_SVD, LowRank.Reads.QUANTIZED, 4),
                        new Learning(
                                Set.of(Learning.Space.LOW_RANK, Learning.Space.WEIGHT_RANGES),
                                2,
                                0.005,
                                0.0005,
                                16,
                                Learning.Objective.TOKEN_WEIGHTED),
                        new Prefix.Tokens(List.of(1L, 2L)),
                        new Calibration(16, 256, 0)));
        assertThat(Json.read(Json.write(recipe), Recipe.class)).isEqualTo(recipe);
    }

    static List<Preset> presets() {
        return PRESETS.all();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void presetsAreWrittenAsTheyAreRead(Preset preset) {
        String written = Json.write(preset.recipe());
        Recipe again = Json.read(written, Recipe.class);
        assertThat(again).isEqualTo(preset.recipe());
        assertThat(Json.write(again)).isEqualTo(written);
        assertThat(preset.about().purpose()).isNotBlank();
        assertThat(preset.about().paper()).contains("arXiv");
    }

    /** Equal values give equal bytes: what identifies a recipe may be its text. */
    @Test
    void writesSortedFieldsAndWholeAlternatives() {
        assertThat(Json.write(read(WHOLE)))
                .startsWith("{\"calibration\":{\"samples\":16,\"seed\":0,\"sequenceLength\":256},\"compensation\":")
                .contains("\"rounding\":{\"gptq\":{\"asymmetric\":false,\"block\":128,\"damping\":0.01,"
                        + "\"onlyIfBetter\":true,\"order\":\"activation\"}}")
                .contains("\"ranges\":{\"cache\":\"full\",\"inputs\":{\"searched\":{\"norm\":2.4}},\"weights\":0.85}")
                .contains("\"scope\":{\"columns\":128,\"rows\":2}")
                .contains("\"offset\":\"bias\",\"place\":\"before_rope\",\"rotate\":true");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            alpha: 0.75                 | alpha: 7             | /transforms/0/smooth/alpha
            alpha: 0.75                 | alfa: 0.75           | /transforms/0/smooth/alfa
            alpha: 0.75                 | alpha: null          | /transforms/0/smooth/alpha
            sites: [o, down]            | sites: [o, up]       | /transforms/0/smooth/sites/1
            sites: [o, down]            | sites: []            | /transforms/0/smooth/sites
            - reorder                   | - reordre            | /transforms/1
            - reorder                   | - {awq: {}}          | /transforms/1
            - reorder                   | - {reorder: {}, smooth: {}} | /transforms/1
            scope: {columns: 128, rows: 2} | scope: {columns: 0}  | /precision/weights/scope/columns
            scope: {columns: 128, rows: 2} | scope: {rows: 2}     | /precision/weights/scope/columns
            scope: {columns: 128, rows: 2} | scope: {column: 128} | /precision/weights/scope/column
            scope: {columns: 128, rows: 2} | scope: rows          | /precision/weights/scope
            scope: {columns: 128, rows: 2} | scope: 128           | /precision/weights/scope
            bits: 4, scope              | bits: 12, scope      | /precision/weights/bits
            bits: 4, scope              | bits: "4", scope     | /precision/weights/bits
            weights: {bits: 4, scope: {columns: 128, rows: 2}} | '' | /precision/weights
            place: before_rope          | place: before        | /precision/cache/keys/place
            rotate: true                | rotate: maybe        | /precision/cache/keys/rotate
            rotate: true                | rotates: true        | /precision/cache/keys/rotates
            values: {bits: 3, symmetric: true, scope: tensor} | '' | /precision/cache/values
            overrides: {down: {bits: 8}} | overrides: {down: {bit: 8}} | /precision/overrides/down/bit
            overrides: {down: {bits: 8}} | overrides: {down: {bits: 9}} | /precision/overrides/down/bits
            weights: 0.85               | weights: 1.5         | /ranges/weights
            weights: 0.85               | weights: best        | /ranges/weights
            weights: 0.85               | weights: fixed       | /ranges/weights
            norm: 2.4                   | norm: 0              | /ranges/inputs/searched/norm
            order: activation           | order: best          | /rounding/gptq/order
            order: activation           | damping: 0           | /rounding/gptq/damping
            rank: 32                    | rank: 0              | /compensation/rank
            of: [low_rank, weight_ranges] | of: []             | /learning/of
            of: [low_rank, weight_ranges] | of: [cache]        | /learning/of/0
            of: [low_rank, weight_ranges], epochs | epochs     | /learning/of
            ids: [1, 2]                 | ids: []              | /prefix/tokens/ids
            prefix: {tokens: {ids: [1, 2]}} | prefix: tokens   | /prefix
            version: 2                  | version: 3           | /version
            name: whole                 | name: A whole        | /name
            keepers: {channels: 64, bits: 8} | ''              | /transforms/0/smooth/spareKeepers
            samples: 16, sequenceLength | sequenceLength       | /calibration/samples
            """)
    void namesTheFieldAtFault(String from, String to, String pointer) {
        assertThat(WHOLE).contains(from);
        InvalidSpecException fault = fault(WHOLE.replace(from, to));
        assertThat(fault.field()).isEqualTo(pointer);
        assertThat(fault.remedy()).isNotBlank();
        assertThat(fault.getMessage()).doesNotContain("io.bisup", "java.", "Exception", "\n");
    }

    /** What is to be learnt must be there. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            weights: {bits: 4}                      | [transforms]   | /learning/of
            weights: {bits: 4}                      | [low_rank]     | /learning/of
            weights: {bits: 4}                      | [input_ranges] | /learning/of
            weights: {bits: 16}, inputs: {bits: 16} | [ranges]       | /learning/of
            """)
    void nothingIsLearntThatIsNotThere(String precision, String of, String pointer) {
        InvalidSpecException fault = fault("""
                version: 2
                name: x
                precision: {%s}
                learning: {of: %s}
                """.formatted(precision, of));
        assertThat(fault.field()).isEqualTo(pointer);
    }

    @Test
    void aBranchNeedsARoundingError() {
        assertThat(fault("""
                        version: 2
                        name: x
                        precision: {weights: {bits: 16}}
                        compensation: {rank: 4}
                        """).field()).isEqualTo("/compensation");
    }

    /** The three parts of the ranges are the ranges. */
    @Test
    void oneWayToSayAllRanges() {
        Set<Learning.Space> parts =
                Set.of(Learning.Space.WEIGHT_RANGES, Learning.Space.INPUT_RANGES, Learning.Space.CACHE_RANGES);
        Learning learning = new Learning(parts, 1, 0.1, 0.1, 0, Learning.Objective.MSE);
        assertThat(learning.of()).containsExactly(Learning.Space.RANGES);
        assertThat(learning.learns(Learning.Space.INPUT_RANGES)).isTrue();
        assertThat(learning.learns(Learning.Space.TRANSFORMS)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1, 2]", "7", "null", "''", "{}", "version: 2", "{version: 2, name: x}", "{name: x}"})
    void whatIsNoRecipeIsRefused(String yaml) {
        assertThat(fault(yaml).remedy()).isNotBlank();
    }
}
