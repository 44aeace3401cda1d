package io.bisup.contract.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.contract.Presets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every recipe, and what no document can do. */
class RecipePropertiesTest {

    private static final Presets PRESETS = Presets.load();
    private static final int RECIPES = 200;
    private static final int MUTANTS = 1000;

    @Test
    void writtenIsReadForEveryRecipe() {
        RandomRecipe random = new RandomRecipe(1);
        for (int i = 0; i < RECIPES; i++) {
            Recipe recipe = random.next();
            String written = Json.write(recipe);
            assertThat(Json.read(written, Recipe.class)).isEqualTo(recipe);
            assertThat(Json.yaml(written, Recipe.class)).as("JSON is YAML").isEqualTo(recipe);
            assertThat(Json.write(Json.read(written, Recipe.class))).isEqualTo(written);
        }
    }

    /** Whatever the base was: a document that says everything means what it says. */
    @Test
    void aWholeDocumentOverridesAnyBase() {
        RandomRecipe random = new RandomRecipe(2);
        for (int i = 0; i < RECIPES; i++) {
            Recipe base = random.next();
            Recipe over = random.next();
            ObjectNode document = RecipeDocument.of(over).content();
            document.put("base", "the-base");
            List.of("compensation", "learning").forEach(field -> putNullIfAbsent(document, field));
            ObjectNode precision = (ObjectNode) document.path("precision");
            putNullIfAbsent(precision, "keepers");
            base.precision().overrides().keySet().stream()
                    .filter(pattern -> !over.precision().overrides().containsKey(pattern))
                    .forEach(pattern -> ((ObjectNode) precision.path("overrides")).putNull(pattern));
            assertThat(new RecipeDocument(document).resolve(name -> base)).isEqualTo(over);
        }
    }

    private static void putNullIfAbsent(ObjectNode node, String field) {
        if (!node.has(field)) {
            node.putNull(field);
        }
    }

    /** Broken anywhere, a document is a recipe or a fault that names its place and a remedy, and nothing else. */
    @Test
    void aBrokenDocumentIsRefusedInOurWords() {
        Random random = new Random(3);
        RandomRecipe recipes = new RandomRecipe(3);
        int refused = 0;
        for (int i = 0; i < MUTANTS; i++) {
            String text = mutant(Json.write(recipes.next()), random);
            try {
                Json.read(text, RecipeDocument.class).resolve(PRESETS::get);
            } catch (InvalidSpecException e) {
                refused++;
                assertThat(e.remedy()).as(text).isNotBlank();
                assertThat(e.field()).as(text).matches("|(/[^/]*)+");
                assertThat(e.reason()).as(text).doesNotContain("io.bisup", "java.lang", "com.fasterxml");
            } catch (RuntimeException e) {
                fail(text, e);
            }
        }
        assertThat(refused).isGreaterThan(MUTANTS / 2);
    }

    /** One value exchanged for something hostile. */
    private static String mutant(String text, Random random) {
        List<String> hostile = List.of(
                "null",
                "-1",
                "1e400",
                "\"\"",
                "[]",
                "{}",
                "[null]",
                "true",
                "1.5",
                "99999999999",
                "{\"a\":1}",
                "\"\u0000\"",
                "[[]]");
        List<int[]> values = java.util.regex.Pattern.compile(
                        "(?<=[:\\[,])(\"[a-z_0-9]+\"|-?[0-9.E-]+|true|false|\\[\\]|\\{\\})(?=[,\\]}])")
                .matcher(text)
                .results()
                .map(match -> new int[] {match.start(), match.end()})
                .collect(Collectors.toList());
        int[] at = values.get(random.nextInt(values.size()));
        return text.substring(0, at[0]) + hostile.get(random.nextInt(hostile.size())) + text.substring(at[1]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "!!javax.script.ScriptEngineManager [!!java.net.URL [\"http://localhost\"]]",
                "a: &a [x]\nb: [*a, *a]",
                "version: 2\nversion: 2\nname: x",
                "{version: 2, name: x, precision: {weights: {bits: 4}}, prefix: {tokens: {ids: [-1]}}}",
                "{version: 2, name: x, precision: {weights: {bits: 4}}, prefix: {tokens: {ids: [null]}}}",
                "{version: 2, name: x, precision: {weights: {bits: 4}}, transforms: [null]}",
                "{version: 2, name: x, precision: {weights: {bits: .nan}}}",
                "{version: 2, name: x, precision: {weights: {bits: 4}}, ranges: {weights: .nan}}",
                "{version: 2, name: x, precision: {weights: {bits: 4}, overrides: {'a b': {bits: 4}}}}",
                "{version: 2, name: x, precision: {weights: {bits: 4}, overrides: {a: null}}}",
                "{version: 2.0, name: x, precision: {weights: {bits: 4}}}",
                "{version: '2', name: x, precision: {weights: {bits: 4}}}",
                "{version: 2, name: '../x', precision: {weights: {bits: 4}}}",
                "{version: 2, name: x, base: '../../etc/passwd'}",
                "{version: 2, name: x, base: {}}",
            })
    void aHostileDocumentIsRefused(String yaml) {
        assertThatThrownBy(() -> Json.yaml(yaml, RecipeDocument.class).resolve(PRESETS::get))
                .isInstanceOf(InvalidSpecException.class)
                .message()
                .doesNotContain("io.bisup", "java.lang", "com.fasterxml");
    }

    /** In JSON, which is what a service reads. */
    @Test
    void aTextOfAMegabyteIsRefused() {
        String json = "{\"version\": 2, \"name\": \"" + "x".repeat(2_000_000) + "\"}";
        assertThatThrownBy(() -> Json.read(json, RecipeDocument.class)).isInstanceOf(InvalidSpecException.class);
    }

    @Test
    void sizeIsBounded() {
        String transforms = IntStream.range(0, 33).mapToObj(i -> "reorder").collect(Collectors.joining(", "));
        String deep = "{a: ".repeat(200) + "1" + "}".repeat(200);
        String overrides =
                IntStream.range(0, 1025).mapToObj(i -> "a" + i + ": {bits: 4}").collect(Collectors.joining(", "));
        for (String yaml : List.of(
                "{version: 2, name: x, precision: {weights: {bits: 4}}, transforms: [" + transforms + "]}",
                "{version: 2, name: x, precision: {weights: {bits: 4}, overrides: {" + overrides + "}}}",
                "{version: 2, name: x, about: {purpose: " + "x".repeat(2001) + "}, precision: {weights: {bits: 4}}}",
                "{version: 2, name: x, precision: " + deep + "}")) {
            org.assertj.core.api.Assertions.assertThatExceptionOfType(InvalidSpecException.class)
                    .isThrownBy(() -> org.junit.jupiter.api.Assertions.assertTimeout(
                            Duration.ofSeconds(30),
                            () -> Json.yaml(yaml, RecipeDocument.class).resolve(PRESETS::get)));
        }
    }
}
