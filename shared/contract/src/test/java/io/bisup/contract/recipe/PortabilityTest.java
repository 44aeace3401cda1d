package io.bisup.contract.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.ExportFormat;
import io.bisup.contract.Json;
import io.bisup.contract.Presets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which recipes each format can say, and what it says of those it cannot. */
class PortabilityTest {

    private static final Presets PRESETS = Presets.load();

    /** Where compressed-tensors' obstacles stand. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rtn-w4a16-g128      |                                                 |
            rtn-asym-w4a16-g128 |                                                 |
            gptq-w4a16-g128     |                                                 |
            smoothquant-w8a8    |                                                 |
            rtn-w4a8-g128       |                                                 |
            rtn-w4a4-g128       |                                                 |
            rtn-w8a16kv4        |                                                 |
            rtn-w4a8-g128       | precision: {inputs: {bits: 3}}                  | /precision/weights/bits /precision/inputs/bits
            rtn-w4a8-g128       | precision: {inputs: {symmetric: false}}         | /precision/inputs/symmetric
            rtn-w4a8-g128       | precision: {weights: {symmetric: false}}        | /precision/weights/symmetric
            rtn-w4a16-g128      | precision: {weights: {bits: 3, symmetric: false}} | /precision/weights/symmetric
            rtn-w4a16-g128      | precision: {weights: {bits: 16}}                | /precision/weights/bits
            rtn-w4a8-g128       | precision: {weights: {bits: 5}, inputs: {bits: 4}} | /precision/weights/bits
            rtn-w4a8-g128       | precision: {weights: {scope: {rows: 2}}}        | /precision/weights/scope/rows
            rtn-w4a8-g128       | precision: {weights: {scope: tensor}}           | /precision/weights/scope
            rtn-w4a8-g128       | precision: {keepers: {channels: 8, bits: 8}}    | /precision/keepers
            rtn-w4a8-g128       | precision: {overrides: {down: {bits: 8}}}       | /precision/overrides
            rtn-w4a8-g128       | ranges: {inputs: 0.9}                           | /ranges/inputs
            rtn-w4a8-g128       | ranges: {inputs: searched}                      | /ranges/inputs
            rtn-w4a8-g128       | compensation: {rank: 4}                         | /compensation
            rtn-w4a8-g128       | prefix: bos                                     |
            rtn-w4a8-g128       | 'learning: {of: [input_ranges]}'                | /learning/of
            rtn-w4a8-g128       | 'learning: {of: [weight_ranges]}'               |
            rtn-w4a8-g128       | 'transforms: [rotate]'                          | /transforms/0/rotate/of /transforms/0/rotate/of
            rtn-w4a8-g128       | 'transforms: [{rotate: {of: [residual]}}]'      |
            rtn-w4a8-g128       | 'transforms: [{smooth: {sites: [query_key]}}]'  |
            rtn-w4a8-g128       | 'transforms: [reorder]'                         | /transforms/0/reorder
            atom-w4a4-g128      |                                                 | /transforms/0/reorder /precision/weights/scope/rows /precision/keepers /ranges/inputs
            bisup-w4a4-g128     |                                                 | /ranges/inputs /learning/of /compensation
            """)
    void obstaclesOfCompressedTensors(String base, String fields, String pointers) {
        Portability portability = Portability.of(recipe(base, fields), ExportFormat.COMPRESSED_TENSORS);
        List<String> expected = pointers == null ? List.of() : List.of(pointers.split(" "));
        assertThat(portability.obstacles()).extracting(Obstacle::pointer).containsExactlyElementsOf(expected);
        assertThat(portability.possible()).isEqualTo(expected.isEmpty());
        assertThat(portability.obstacles()).allSatisfy(obstacle -> {
            assertThat(obstacle.reason()).isNotBlank();
            assertThat(obstacle.remedy()).isNotBlank();
        });
    }

    /** Formats that can say a recipe. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            rtn-w4a16-g128      |                                                  | compressed-tensors gptq awq gguf hf-fake
            rtn-asym-w4a16-g128 |                                                  | compressed-tensors gptq awq gguf hf-fake
            rtn-w4a16-g128      | precision: {weights: {bits: 3}}                  | compressed-tensors gptq hf-fake
            rtn-w4a16-g128      | precision: {weights: {bits: 3, scope: {columns: 256}}} | compressed-tensors gptq gguf hf-fake
            rtn-w4a16-g128      | precision: {weights: {bits: 5}}                  | compressed-tensors gguf hf-fake
            rtn-w4a16-g128      | precision: {weights: {bits: 5, scope: {columns: 16}}} | compressed-tensors hf-fake
            rtn-w4a16-g128      | precision: {weights: {bits: 6, scope: row}}      | compressed-tensors gguf hf-fake
            rtn-w4a16-g128      | precision: {weights: {bits: 8}}                  | compressed-tensors gptq gguf hf-fake
            rtn-w4a16-g128      | precision: {weights: {bits: 8, symmetric: false}} | compressed-tensors gptq hf-fake
            rtn-w4a16-g128      | precision: {weights: {scope: row}}               | compressed-tensors gptq gguf hf-fake
            rtn-w4a16-g128      | precision: {weights: {scope: {columns: 48}}}     | compressed-tensors gptq awq hf-fake
            rtn-w4a16-g128      | compensation: {rank: 4}                          | peft hf-fake
            rtn-w4a8-g128       | compensation: {rank: 4}                          | peft hf-fake
            rtn-w4a8-g128       | 'compensation: {rank: 4, reads: quantized}'      | hf-fake
            rtn-w4a4-g128       |                                                  | compressed-tensors hf-fake
            aser-w4a8           |                                                  | peft hf-fake
            atom-w4a4-g128      |                                                  |
            quarot-w4a4         |                                                  |
            rtn-w4a16-g128      | precision: {overrides: {down: {bits: 8}}}        | hf-fake
            """)
    void formatsThatCanSayARecipe(String base, String fields, String formats) {
        List<String> possible = Portability.of(recipe(base, fields)).stream()
                .filter(Portability::possible)
                .map(portability -> portability.format().wireName())
                .toList();
        assertThat(possible).containsExactlyElementsOf(formats == null ? List.of() : List.of(formats.split(" ")));
    }

    /** What no checkpoint says is said beside it. */
    @Test
    void notesOfCachePrefixAndInputs() {
        Recipe recipe =
                recipe("rtn-w4a8-g128", "prefix: bos\nprecision: {cache: {keys: {bits: 4}, values: {bits: 4}}}");
        Portability portability = Portability.of(recipe, ExportFormat.COMPRESSED_TENSORS);
        assertThat(portability.possible()).isTrue();
        assertThat(portability.notes())
                .anySatisfy(note -> assertThat(note).contains("--kv-cache-dtype int4_per_token_head"))
                .anySatisfy(note -> assertThat(note).contains("prefix"))
                .anySatisfy(note -> assertThat(note).contains("max|x| / 127").contains("max|x| / 127.5"));
        assertThat(Portability.of(recipe, ExportFormat.HF_FAKE).notes())
                .anySatisfy(note -> assertThat(note).contains("Inputs of 8 bits are not carried"));
        assertThat(Portability.of(PRESETS.get("rtn-w4a16-g128"), ExportFormat.COMPRESSED_TENSORS)
                        .notes())
                .isEmpty();
    }

    /** A preset whose name promises it can be exported, with no difference to what was measured that a note does not tell. */
    @Test
    void portablePresetsArePortable() {
        List<Recipe> portable = PRESETS.all().stream()
                .map(Preset::recipe)
                .filter(recipe -> recipe.name().startsWith("portable-"))
                .toList();
        assertThat(portable).hasSize(4).allSatisfy(recipe -> {
            assertThat(Portability.of(recipe, ExportFormat.COMPRESSED_TENSORS).obstacles())
                    .isEmpty();
            assertThat(recipe.precision().cache().quantizes()).isFalse();
            assertThat(recipe.prefix()).isEqualTo(new Prefix.None());
        });
        assertThat(Portability.of(PRESETS.get("portable-w4a16-g128")))
                .filteredOn(portability -> portability.format() != ExportFormat.PEFT)
                .allMatch(Portability::possible);
    }

    @ParameterizedTest
    @EnumSource(ExportFormat.class)
    void everyPresetHasAnAnswer(ExportFormat format) {
        assertThat(PRESETS.all()).allSatisfy(preset -> {
            Portability portability = Portability.of(preset.recipe(), format);
            assertThat(portability.format()).isEqualTo(format);
            assertThat(portability.obstacles())
                    .allSatisfy(o -> assertThat(o.pointer()).startsWith("/"));
        });
    }

    private static Recipe recipe(String base, String fields) {
        String document = "version: 2\nname: x\nbase: " + base + "\n" + (fields == null ? "" : fields);
        return Json.yaml(document, RecipeDocument.class).resolve(PRESETS::get);
    }
}
