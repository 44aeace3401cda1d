package io.bisup.bench.methods;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Recipe;
import java.util.List;

/** Rows with figures that are easy to reckon with. */
final class Fixtures {

    static final Presets PRESETS = Presets.load();
    static final ModelId MODEL = new ModelId("small", "a".repeat(64), 2_000_000);
    static final TextId TRAIN = new TextId("train", "b".repeat(64), 1_000, DatasetFormat.TEXT);
    static final TextId OTHER = new TextId("other", "c".repeat(64), 1_000, DatasetFormat.TEXT);
    static final TextId TEST = new TextId("test", "d".repeat(64), 60_000, DatasetFormat.WIKITEXT);
    static final String CODE = "1+aaaa";
    static final double EXACT = 10;

    private Fixtures() {}

    static RowKey key(String preset, long seed, TextId calibration, String code) {
        Recipe recipe = PRESETS.get(preset).withCalibration(new Calibration(16, 512, seed));
        return new RowKey(MODEL, recipe, calibration, null, List.of(TEST), 512, List.of(), "cpu", code);
    }

    static RowKey key(String preset, long seed) {
        return key(preset, seed, TRAIN, CODE);
    }

    /** A row that lost so many nats and stores so many bits. */
    static ResultRow row(RowKey key, double loss, double bits) {
        Score score = new Score(TEST.name(), EXACT * Math.exp(loss), EXACT, loss / 2, 0.875);
        return new ResultRow(
                key, bits, bits - 0.05, 1_500_000, 12, 300_000_000, 0, "float32", List.of(score), List.of());
    }

    static ResultRow row(String preset, double loss, double bits) {
        return row(key(preset, 0), loss, bits);
    }

    static Baseline baseline() {
        return new Baseline(MODEL, Baseline.NO_PREFIX, TEST, 512, "cpu", CODE, EXACT);
    }
}
