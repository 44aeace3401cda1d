package io.bisup.contract.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Json;
import io.bisup.contract.Presets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/recipes.md says what is so. */
class RecipePageTest {

    private static final Presets PRESETS = Presets.load();
    private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    private static String page() throws IOException {
        return Files.readString(Path.of("../../docs/recipes.md"));
    }

    static Stream<String> examples() throws IOException {
        return EXAMPLE.matcher(page()).results().map(MatchResult::group).map(s -> s.replaceAll("```(yaml)?", ""));
    }

    /** Whole documents as they stand, parts within the smallest recipe. */
    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleIsARecipe(String example) {
        String document = example.contains("version: 2") ? example : "version: 2\nname: part\n" + example;
        assertThat(Json.yaml(document, RecipeDocument.class).resolve(PRESETS::get))
                .isNotNull();
    }

    @Test
    void namesEveryFieldAndChoice() throws IOException {
        String page = page();
        List<Class<?>> records = List.of(
                Recipe.class,
                Precision.class,
                Format.class,
                Scope.Channels.class,
                CacheForm.class,
                CacheForm.Keys.class,
                Keepers.class,
                Ranges.class,
                Range.Searched.class,
                Rounding.Gptq.class,
                LowRank.class,
                Learning.class,
                Calibration.class,
                Transform.Smooth.class,
                Transform.Reorder.class,
                Transform.Rotate.class,
                Prefix.Tokens.class,
                Prefix.Detected.class,
                About.class);
        for (Class<?> record : records) {
            Stream.of(record.getRecordComponents())
                    .map(java.lang.reflect.RecordComponent::getName)
                    .filter(name -> !name.equals("type"))
                    .forEach(name -> assertThat(page)
                            .as("%s of %s", name, record.getSimpleName())
                            .containsPattern("\\b" + name + "\\b"));
        }
        for (Choice choice : Choice.all()) {
            choice.byName().forEach((name, record) -> {
                if (record != choice.bare() && record != choice.number()) {
                    assertThat(page)
                            .as("%s of %s", name, choice.type().getSimpleName())
                            .containsPattern("\\b" + name + "\\b");
                }
            });
        }
    }

    @Test
    void namesEveryWord() throws IOException {
        String page = page();
        Stream.<Enum<?>[]>of(
                        Site.values(),
                        Transform.Smooth.Start.values(),
                        Transform.Smooth.Form.values(),
                        Transform.Reorder.By.values(),
                        Transform.Rotate.Rotation.values(),
                        Transform.Rotate.Kind.values(),
                        CacheFormat.Place.values(),
                        CacheFormat.Offset.values(),
                        Rounding.Gptq.Order.values(),
                        LowRank.Start.values(),
                        LowRank.Reads.values(),
                        Learning.Space.values(),
                        Learning.Objective.values())
                .flatMap(Stream::of)
                .map(word -> Json.write(word).replace("\"", ""))
                .forEach(word -> assertThat(page).containsPattern("\\b" + word + "\\b"));
    }
}
