package io.bisup.contract.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.contract.Presets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a document builds on, and what it says over that. */
class RecipeDocumentTest {

    private static final Presets PRESETS = Presets.load();

    private static Recipe over(String base, String fields) {
        return document(base, fields).resolve(PRESETS::get);
    }

    private static RecipeDocument document(String base, String fields) {
        return Json.yaml("version: 2\nname: mine\nbase: " + base + "\n" + fields, RecipeDocument.class);
    }

    @Test
    void aDocumentThatAddsNothingIsItsBaseUnderAnotherName() {
        for (Preset preset : PRESETS.all()) {
            Recipe base = preset.recipe();
            Recipe mine = over(preset.name(), "");
            assertThat(mine)
                    .isEqualTo(new Recipe(
                            2,
                            "mine",
                            base.transforms(),
                            base.precision(),
                            base.ranges(),
                            base.rounding(),
                            base.compensation(),
                            base.learning(),
                            base.prefix(),
                            base.calibration()));
        }
    }

    @Test
    void recordsMerge() {
        Recipe base = PRESETS.get("atom-w4a4-g128");
        Recipe mine = over("atom-w4a4-g128", "precision: {inputs: {bits: 6}, cache: {keys: {rotate: true}}}");
        assertThat(mine.precision().inputs()).isEqualTo(Format.integer(6, true, Scope.columns(128)));
        assertThat(mine.precision().weights()).isEqualTo(base.precision().weights());
        assertThat(mine.precision().cache().rotateKeys()).isEqualTo(CacheFormat.Toggle.ON);
        assertThat(mine.precision().cache().place()).isEqualTo(CacheFormat.Place.BEFORE_ROPE);
        assertThat(mine.precision().keepers()).isEqualTo(base.precision().keepers());
        assertThat(mine.ranges()).isEqualTo(base.ranges());
    }

    @Test
    void listsReplace() {
        assertThat(over("atom-w4a4-g128", "transforms: [rotate]").transforms())
                .containsExactly(new Transform.Rotate(null, null, 0));
        assertThat(over("atom-w4a4-g128", "transforms: []").transforms()).isEmpty();
        assertThat(over("bisup-w4a4-g128", "learning: {of: [ranges]}")
                        .learning()
                        .of())
                .containsExactly(Learning.Space.RANGES);
    }

    /** {gptq: …} over {gptq: …} merges; another alternative replaces. */
    @Test
    void alternativesMergeWithThemselvesAlone() {
        assertThat(over("gptq-w4a16-g128", "rounding: {gptq: {damping: 0.05}}").rounding())
                .isEqualTo(new Rounding.Gptq(0.05, 128, Rounding.Gptq.Order.ACTIVATION, false, false));
        assertThat(over("gptq-w4a16-g128", "rounding: {nearest: {}}").rounding())
                .isEqualTo(new Rounding.Nearest());
        assertThat(over("gptq-w4a16-g128", "rounding: nearest").rounding()).isEqualTo(new Rounding.Nearest());
        assertThat(over("quarot-w4a4", "ranges: {weights: 0.9}").ranges().weights())
                .isEqualTo(new Range.Fixed(0.9));
        assertThat(over("quarot-w4a4", "ranges: {inputs: {searched: {norm: 3}}}")
                        .ranges()
                        .inputs())
                .isEqualTo(new Range.Searched(3));
        assertThat(over("atom-w4a4-g128", "precision: {weights: {scope: row}}")
                        .precision()
                        .weights()
                        .scope())
                .isEqualTo(new Scope.Row());
        assertThat(over("atom-w4a4-g128", "precision: {weights: {scope: {tensor: {}}}}")
                        .precision()
                        .weights()
                        .scope())
                .isEqualTo(new Scope.Tensor());
    }

    @Test
    void nullTakesAway() {
        Recipe mine = over("bisup-w4a4-g128", "compensation: null\nlearning: {of: [ranges, transforms]}\nprefix: null");
        assertThat(mine.compensation()).isNull();
        assertThat(mine.prefix()).isEqualTo(new Prefix.None());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nothing         |                                   | /base
            7               |                                   | /base
            rtn-w4a4-g128   | precision: {weight: {bits: 3}}    | /precision/weight
            rtn-w4a4-g128   | precision: {weights: {bits: 33}}  | /precision/weights/bits
            rtn-w4a4-g128   | precision: {weights: 3}           | /precision/weights
            rtn-w4a4-g128   | about: {why: because}             | /about/why
            rtn-w4a4-g128   | compensation: {start: svd}        | /compensation/rank
            bisup-w4a4-g128 | compensation: null                | /learning/of
            """)
    void namesTheFieldAtFault(String base, String fields, String pointer) {
        RecipeDocument document = document(base, fields == null ? "" : fields);
        var fault = catchThrowableOfType(InvalidSpecException.class, () -> document.resolve(PRESETS::get));
        assertThat(fault).isNotNull();
        assertThat(fault.field()).isEqualTo(pointer);
        assertThat(fault.remedy()).isNotBlank();
    }

    @Test
    void theNameIsNotInherited() {
        RecipeDocument document = Json.yaml("{version: 2, base: rtn-w4a4-g128}", RecipeDocument.class);
        var fault = catchThrowableOfType(InvalidSpecException.class, () -> document.resolve(PRESETS::get));
        assertThat(fault.field()).isEqualTo("/name");
    }

    /** Provenance: what was sent is kept, whatever its base becomes. */
    @Test
    void theDocumentStaysAsItWasSent() {
        RecipeDocument document = document("rtn-w4a4-g128", "about: {purpose: mine}");
        assertThat(Json.write(document))
                .isEqualTo(
                        "{\"about\":{\"purpose\":\"mine\"},\"base\":\"rtn-w4a4-g128\",\"name\":\"mine\",\"version\":2}");
        assertThat(Json.read(Json.write(document), RecipeDocument.class)).isEqualTo(document);
        document.content().removeAll();
        assertThat(document.about().purpose())
                .as("the content handed out is a copy")
                .isEqualTo("mine");
    }

    /** A refusal of the planner names a place that the submitter can find. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            precision: {weights: {scope: {columns: 96}}} | /precision/weights/scope | /precision/weights/scope
            precision: {weights: {bits: 3}}              | /precision/weights/scope | /precision/weights
            precision: {inputs: {bits: 3}}               | /precision/weights/scope | /precision
            rounding: gptq                               | /rounding/gptq/order     | /rounding
            transforms: [reorder, rotate]                | /transforms/1/rotate/of  | /transforms/1
            transforms: []                               | /transforms/1/rotate/of  | /transforms
            prefix: bos                                  | /precision/keepers       | /base
            """)
    void aFieldHasAPlaceInTheDocument(String fields, String field, String place) {
        assertThat(document("atom-w4a4-g128", fields).place(field)).isEqualTo(place);
    }

    @ParameterizedTest
    @CsvSource({
        "/precision/weights/scope, /weights/group",
        "/precision/weights/bits, /weights/bits",
        "/precision/inputs/scope, /activations/group",
        "/precision/cache/keys/place, /keyValue",
        "/precision/cache/keys/scope, /keyValue/group",
        "/compensation/rank, /lowRank/rank",
        "/learning/lowRankRate, /lowRank/learningRate",
        "/learning/epochs, /training/epochs",
        "/ranges/inputs, /clipping/activations",
        "/transforms/0, /base",
        "/transforms/0/smooth/alpha, /smoothing",
        "/prefix, /prefix",
        "/calibration/sequenceLength, /calibration/sequenceLength",
    })
    void andInADocumentOfVersion1(String field, String place) {
        RecipeDocument document =
                Json.read(io.bisup.contract.Stored.text("recipe-bisup-w3a3-g128.json"), RecipeDocument.class);
        assertThat(document.place(field)).isEqualTo(place);
    }

    @Test
    void aWholeRecipeIsItsOwnDocument() {
        Recipe recipe = PRESETS.get("bisup-quarot-w3a3-g128");
        assertThat(RecipeDocument.of(recipe).resolve(name -> {
                    throw new AssertionError("asks for " + name);
                }))
                .isEqualTo(recipe);
    }
}
