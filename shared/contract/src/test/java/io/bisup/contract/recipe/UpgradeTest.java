package io.bisup.contract.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.contract.Presets;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.Stored;
import io.bisup.contract.recipe.CacheFormat.Offset;
import io.bisup.contract.recipe.CacheFormat.Place;
import io.bisup.contract.recipe.CacheFormat.Toggle;
import io.bisup.contract.recipe.Learning.Space;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What release 0.1 stored opens, and means what it meant. */
class UpgradeTest {

    private static final Presets PRESETS = Presets.load();
    private static final CacheFormat CACHE = cache(3, false);

    private static Recipe stored(String name) {
        return Json.read(Stored.text("recipe-" + name + ".json"), Recipe.class);
    }

    private static CacheFormat cache(int bits, boolean symmetric) {
        Format format = Format.integer(bits, symmetric, new Scope.Head());
        return new CacheFormat(format, format, Place.AFTER_ROPE, Offset.NONE, Toggle.OFF);
    }

    @Test
    void everyStageOfBisup() {
        Format three = Format.integer(3, true, Scope.columns(128));
        Range searched = new Range.Searched(2);
        Set<Site> inputs = Set.of(Site.QKV, Site.O, Site.GATE_UP, Site.DOWN);
        assertThat(stored("bisup-w3a3-g128"))
                .isEqualTo(new Recipe(
                        2,
                        "bisup-w3a3-g128",
                        List.of(new Transform.Smooth(
                                inputs,
                                Transform.Smooth.Start.SMOOTHQUANT,
                                0.5,
                                4,
                                Transform.Smooth.Form.BOUNDED,
                                false)),
                        new Precision(three, three, CACHE, null, null),
                        new Ranges(searched, searched, searched),
                        new Rounding.Nearest(),
                        new LowRank(32, 1, LowRank.Start.WHITENED_SVD, LowRank.Reads.EXACT, 0),
                        new Learning(
                                Set.of(Space.RANGES, Space.TRANSFORMS, Space.LOW_RANK),
                                5,
                                0.005,
                                0.0005,
                                16,
                                Learning.Objective.MSE),
                        new Prefix.SystemPrompt(),
                        new Calibration(128, 2048, 0)));
    }

    /** Only what was clipped starts from a search and is learnt. */
    @Test
    void aPartOfTheStages() {
        Recipe recipe = stored("partial");
        assertThat(recipe.ranges())
                .isEqualTo(new Ranges(new Range.Searched(2), new Range.Full(), new Range.Searched(2)));
        assertThat(recipe.transforms()).isEmpty();
        assertThat(recipe.compensation()).isEqualTo(new LowRank(8, 1, LowRank.Start.ZERO, LowRank.Reads.EXACT, 0));
        assertThat(recipe.learning())
                .isEqualTo(new Learning(
                        Set.of(Space.WEIGHT_RANGES, Space.CACHE_RANGES, Space.LOW_RANK),
                        2,
                        0.01,
                        0.001,
                        2,
                        Learning.Objective.MSE));
        assertThat(recipe.precision().weights()).isEqualTo(Format.integer(4, false, Scope.columns(64)));
        assertThat(recipe.precision().inputs()).isEqualTo(Format.integer(5, false, new Scope.Row()));
        assertThat(recipe.precision().cache()).isEqualTo(cache(4, true));
        assertThat(recipe.prefix()).isEqualTo(new Prefix.Bos());
        assertThat(recipe.calibration()).isEqualTo(new Calibration(16, 256, 7));
    }

    @Test
    void plainRoundingPerChannelAndToken() {
        Recipe recipe = stored("channel");
        assertThat(recipe.precision().weights()).isEqualTo(Format.integer(8, true, new Scope.Row()));
        assertThat(recipe.ranges()).isEqualTo(Ranges.FULL);
        assertThat(recipe.learning()).isNull();
        assertThat(recipe.compensation()).isNull();
    }

    /** A preset that is still shipped under its name does what it did. */
    @ParameterizedTest
    @ValueSource(strings = {"rtn-w4a16-g128", "rtn-w4a4-g128", "rtn-w3a3-g128"})
    void roundingPresetsAreWhatTheyWere(String name) {
        Recipe now = PRESETS.get(name);
        Recipe then = stored(name);
        assertThat(now.precision().weights()).isEqualTo(then.precision().weights());
        assertThat(now.precision().inputs().bits())
                .isEqualTo(then.precision().inputs().bits());
        assertThat(now.ranges()).isEqualTo(then.ranges());
        assertThat(now.learning()).isEqualTo(then.learning());
        if (then.precision().cache().quantizes()) {
            assertThat(now.precision().cache()).isEqualTo(then.precision().cache());
        }
    }

    /** BiSup's presets changed where keys are quantized, and nothing else. */
    @ParameterizedTest
    @ValueSource(strings = {"bisup-w4a4-g128", "bisup-w3a3-g128"})
    void learntPresetsLeaveTheCacheToThePlanner(String name) {
        Recipe now = PRESETS.get(name);
        Recipe then = stored(name);
        CacheFormat cache = then.precision().cache();
        CacheFormat planned = new CacheFormat(cache.keys(), cache.values(), Place.AUTO, Offset.AUTO, Toggle.AUTO);
        assertThat(now)
                .isEqualTo(new Recipe(
                        2,
                        name,
                        then.transforms(),
                        new Precision(
                                then.precision().weights(), then.precision().inputs(), planned, null, null),
                        then.ranges(),
                        then.rounding(),
                        then.compensation(),
                        then.learning(),
                        then.prefix(),
                        then.calibration()));
    }

    @Test
    void jobsAndManifestsOpen() {
        Presets presets = PRESETS;
        var inline = Json.read(Stored.text("job-inline.json"), QuantizationJobSpec.class);
        assertThat(inline.resolvedRecipe(presets)).isEqualTo(stored("partial"));
        assertThat(Json.write(inline))
                .as("the document stays as it was sent")
                .isEqualTo(Stored.text("job-inline.json").strip());
        var preset = Json.read(Stored.text("job-preset.json"), QuantizationJobSpec.class);
        assertThat(preset.resolvedRecipe(presets).calibration()).isEqualTo(new Calibration(32, 256, 0));
        var manifest = Json.read(Stored.text("manifest.json"), ArtifactManifest.class);
        assertThat(manifest.recipe()).isEqualTo(stored("bisup-w3a3-g128"));
        assertThat(Json.read(Json.write(manifest), ArtifactManifest.class)).isEqualTo(manifest);
    }

    /** Faults of an old document are named by its own fields. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "bits":3,"group":"128"   | "bits":9,"group":"128"   | /activations/bits
            "group":"head"           | "group":"heads"          | /keyValue/group
            "bound":4.0              | "bound":0.5              | /smoothing/bound
            "rank":32                | "rank":0                 | /lowRank/rank
            "learningRate":0.005     | "learningRate":5         | /training/learningRate
            "WHITENED_SVD"           | "best"                   | /lowRank/start
            "prefix":"SYSTEM_PROMPT" | "prefix":"system"        | /prefix
            "keyValue":{             | "keyvalue":{             | /keyvalue
            "base":"NONE"            | "base":"rtn-w4a16-g128"  | /version
            """)
    void faultsOfAnOldDocument(String from, String to, String pointer) {
        String text = Stored.text("recipe-bisup-w3a3-g128.json");
        assertThat(text).contains(from);
        RecipeDocument document =
                Json.read(text.replaceFirst(java.util.regex.Pattern.quote(from), to), RecipeDocument.class);
        var e = catchThrowableOfType(InvalidSpecException.class, () -> document.resolve(PRESETS::get));
        assertThat(e).isNotNull();
        assertThat(e.field()).isEqualTo(pointer);
    }
}
