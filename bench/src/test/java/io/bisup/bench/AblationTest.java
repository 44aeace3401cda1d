package io.bisup.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bisup.contract.Json;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Learning.Space;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Prefix;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Transform;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the steps of an ablation are, for each base. */
class AblationTest {

    private static final Presets PRESETS = Presets.load();

    @ParameterizedTest
    @ValueSource(strings = {"bisup-w3a3-g128", "bisup-w4a4-g128"})
    void withoutABaseTheyBeginWithRounding(String name) {
        List<Ablation> steps = steps(name, false);
        assertThat(names(steps)).containsExactly("rtn", "+clipping", "+smoothing", "+low-rank", "+prefix");
        Recipe whole = PRESETS.get(name);
        Recipe first = steps.getFirst().recipe();
        assertThat(first.precision()).isEqualTo(whole.precision());
        assertThat(first.rounding()).isEqualTo(whole.rounding());
        assertThat(first.ranges()).isEqualTo(Ranges.FULL);
        assertThat(first.transforms()).isEmpty();
        assertThat(first.compensation()).isNull();
        assertThat(first.learning()).isNull();
        assertThat(first.prefix()).isEqualTo(new Prefix.None());
    }

    @ParameterizedTest
    @CsvSource({
        "bisup-atom-w3a3-g128, atom-w3a3-g128",
        "bisup-atom-w4a4-g128, atom-w4a4-g128",
        "bisup-quarot-w3a3-g128, quarot-w3a3-g128",
        "bisup-quarot-w4a4-g128, quarot-w4a4-g128"
    })
    void overABaseTheyBeginWithThePresetItBuildsOn(String name, String base) {
        List<Ablation> steps = steps(name, false);
        assertThat(names(steps))
                .containsExactly(base, "+keys", "+guard", "+clipping", "+smoothing", "+low-rank", "+prefix");
        assertThat(changed(steps.getFirst().recipe(), PRESETS.get(base))).isEqualTo(Set.of("name"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bisup-w3a3-g128",
                "bisup-w4a4-g128",
                "bisup-atom-w3a3-g128",
                "bisup-atom-w4a4-g128",
                "bisup-quarot-w3a3-g128",
                "bisup-quarot-w4a4-g128"
            })
    void theyEndWithTheWholePresetAndEachAddsItsStageAlone(String name) {
        for (boolean search : new boolean[] {false, true}) {
            List<Ablation> steps = steps(name, search);
            assertThat(steps.getLast().recipe()).isEqualTo(PRESETS.get(name));
            for (int i = 1; i < steps.size(); i++) {
                addsAlone(steps.get(i - 1).recipe(), steps.get(i), search);
            }
        }
    }

    @Test
    void theSearchMayBeAStepOfItsOwn() {
        assertThat(names(steps("bisup-w3a3-g128", true)))
                .containsExactly("rtn", "+search", "+clipping", "+smoothing", "+low-rank", "+prefix");
    }

    @Test
    void aPresetThatLacksAStageIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> steps("portable-w4a4-g128", false))
                .withMessageContaining("portable-w4a4-g128 lacks a stage");
    }

    private static void addsAlone(Recipe before, Ablation step, boolean search) {
        Recipe after = step.recipe();
        Set<String> changed = changed(before, after);
        switch (step.name()) {
            case "+keys" -> {
                assertThat(changed).isEqualTo(Set.of("precision"));
                assertThat(withoutKeys(after)).isEqualTo(withoutKeys(before));
            }
            case "+guard" -> assertThat(changed).isEqualTo(Set.of("rounding"));
            case "+search" -> assertThat(changed).isEqualTo(Set.of("ranges"));
            case "+clipping" -> {
                assertThat(changed).isEqualTo(search ? Set.of("learning") : Set.of("ranges", "learning"));
                assertThat(learnt(before)).isEmpty();
                assertThat(learnt(after)).containsExactly(Space.RANGES);
            }
            case "+smoothing" -> {
                assertThat(changed).isEqualTo(Set.of("transforms", "learning"));
                assertThat(withoutSmoothing(after)).isEqualTo(withoutSmoothing(before));
                assertThat(learnt(after)).isEqualTo(EnumSet.of(Space.RANGES, Space.TRANSFORMS));
            }
            case "+low-rank" -> {
                assertThat(changed).isEqualTo(Set.of("compensation", "learning"));
                assertThat(learnt(after)).isEqualTo(EnumSet.of(Space.RANGES, Space.TRANSFORMS, Space.LOW_RANK));
            }
            case "+prefix" -> assertThat(changed).isEqualTo(Set.of("prefix"));
            default -> throw new AssertionError("no stage " + step.name());
        }
    }

    private static List<Ablation> steps(String preset, boolean search) {
        return Ablation.of(PRESETS.preset(preset), PRESETS, search);
    }

    private static List<String> names(List<Ablation> steps) {
        return steps.stream().map(Ablation::name).toList();
    }

    private static Set<Space> learnt(Recipe recipe) {
        Learning learning = recipe.learning();
        return learning == null ? Set.of() : learning.of();
    }

    private static List<Transform> withoutSmoothing(Recipe recipe) {
        return recipe.transforms().stream()
                .filter(transform -> !(transform instanceof Transform.Smooth))
                .toList();
    }

    private static Precision withoutKeys(Recipe recipe) {
        Precision precision = recipe.precision();
        CacheFormat anywhere = new CacheFormat(
                precision.cache().keys(),
                precision.cache().values(),
                CacheFormat.Place.AUTO,
                CacheFormat.Offset.AUTO,
                CacheFormat.Toggle.AUTO);
        return new Precision(
                precision.weights(), precision.inputs(), anywhere, precision.keepers(), precision.overrides());
    }

    /** Fields that differ. */
    private static Set<String> changed(Recipe one, Recipe other) {
        var left = Json.tree(one);
        var right = Json.tree(other);
        Set<String> names = new TreeSet<>();
        left.fieldNames().forEachRemaining(names::add);
        right.fieldNames().forEachRemaining(names::add);
        names.removeIf(field -> left.path(field).equals(right.path(field)));
        return names;
    }
}
