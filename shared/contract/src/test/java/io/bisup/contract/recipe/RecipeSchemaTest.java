package io.bisup.contract.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.contract.Presets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The schema, judged by another program. */
class RecipeSchemaTest {

    private static final Presets PRESETS = Presets.load();

    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(RecipeSchema.document());

    static List<Preset> presets() {
        return PRESETS.all();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void takesEveryPresetAsItsFileSaysItAndWhole(Preset preset) {
        assertThat(SCHEMA.validate(preset.document().content())).isEmpty();
        assertThat(SCHEMA.validate(Json.tree(preset.recipe()))).isEmpty();
    }

    @Test
    void takesEveryRecipe() {
        RandomRecipe random = new RandomRecipe(7);
        for (int i = 0; i < 200; i++) {
            JsonNode recipe = Json.tree(random.next());
            assertThat(SCHEMA.validate(recipe)).as("%s", recipe).isEmpty();
        }
    }

    /** What it refuses, the language refuses as well, and at the same place. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            precisions: {}                                              | /precisions
            precision: {weight: {bits: 4}}                              | /precision/weight
            precision: {weights: {bits: four}}                          | /precision/weights/bits
            precision: {weights: {bits: 4, scope: rows}}                | /precision/weights/scope
            'precision: {cache: {keys: {rotate: maybe}}}'               | /precision/cache/keys/rotate
            'precision: {cache: {place: before_rope}}'                  | /precision/cache/place
            transforms: [smoothe]                                       | /transforms/0
            'transforms: [{smooth: {alfa: 1}}]'                         | /transforms/0/smooth/alfa
            'transforms: [{rotate: {of: []}}]'                          | /transforms/0/rotate/of
            rounding: best                                              | /rounding
            prefix: tokens                                              | /prefix
            'learning: {of: [weights]}'                                 | /learning/of/0
            compensation: 32                                            | /compensation
            about: {why: because}                                       | /about/why
            """)
    void refusesWhatTheLanguageRefuses(String fields, String pointer) {
        RecipeDocument document =
                Json.yaml("version: 2\nname: x\nbase: bisup-w4a4-g128\n" + fields, RecipeDocument.class);
        assertThat(SCHEMA.validate(document.content())).isNotEmpty();
        var fault = org.assertj.core.api.Assertions.catchThrowableOfType(
                InvalidSpecException.class, () -> document.resolve(PRESETS::get));
        assertThat(fault).isNotNull();
        assertThat(fault.field()).isEqualTo(pointer);
    }

    @Test
    void versionAndNameAreRequired() {
        assertThat(SCHEMA.validate(Json.tree(java.util.Map.of("name", "x")))).isNotEmpty();
        assertThat(SCHEMA.validate(Json.tree(java.util.Map.of("version", 2)))).isNotEmpty();
        assertThat(SCHEMA.validate(Json.tree(java.util.Map.of("version", 1, "name", "x"))))
                .isNotEmpty();
    }
}
