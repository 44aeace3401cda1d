package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.bisup.contract.BlockReport;
import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform;
import io.bisup.contract.recipe.Transform.Rotate;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.model.RandomModel;
import io.bisup.llm.plan.Planner;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.export.EndsType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Methods §14, last paragraphs: outliers that leave the function as it is, planted in a random model of three blocks, and what
 * each transform takes back of the error they make at W4A4, one scale per row and token.
 */
class PlantedOutliersTest {
    private static final DecoderConfig CONFIG = RandomModel.config(Architecture.LLAMA, 3);
    private static final float SIZE = 50;

    /** Where outliers are planted. */
    private enum Plant {
        /** Three channels of each norm ×50, the columns that read them ÷50. */
        NORM,
        /** Three rows of up ×50, the columns of down that read them ÷50. */
        FEED_FORWARD
    }

    private static final Map<String, Double> WITHOUT_TRANSFORMS = new HashMap<>();

    @TempDir
    Path folder;

    private static Function<String, NDArray> planted(Plant... plants) {
        Function<String, NDArray> source = RandomModel.source(RUNTIME, CONFIG, DataType.FLOAT32);
        return name -> {
            NDArray tensor = source.apply(name);
            for (Plant plant : plants) {
                switch (plant) {
                    case NORM -> {
                        scale(tensor, name, "layernorm.weight", ":3", SIZE);
                        scale(tensor, name, "(q|k|v|gate|up)_proj.weight", ":, :3", 1 / SIZE);
                    }
                    case FEED_FORWARD -> {
                        scale(tensor, name, "up_proj.weight", ":3", SIZE);
                        scale(tensor, name, "down_proj.weight", ":, :3", 1 / SIZE);
                    }
                }
            }
            return tensor;
        };
    }

    private static void scale(NDArray tensor, String name, String suffix, String part, float factor) {
        if (name.matches(".*" + suffix)) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                tensor.set(new NDIndex(part), tensor.get(part).mul(factor));
            }
        }
    }

    /** Relative error ‖x − x̂‖ / ‖x‖ behind the last block. */
    private double error(Function<String, NDArray> source, Transform... transforms) throws IOException {
        Format row = Format.integer(4, true, new Scope.Row());
        QuantizationInput input = new QuantizationInput(
                source,
                Planner.require(
                        TinyModels.recipe(
                                List.of(transforms),
                                new Precision(row, row, CacheFormat.exact(), null, Map.of()),
                                Ranges.FULL,
                                new Rounding.Nearest(),
                                null,
                                null),
                        CONFIG),
                IntStream.range(0, 4).mapToObj(PlantedOutliersTest::ids).toList(),
                List.of(),
                EndsType.FLOAT32);
        List<BlockReport> reports = new ArrayList<>();
        new ModelRun(RUNTIME, input, Control.NONE)
                .run(Files.createTempDirectory(folder, "run"), List.of(), (shard, report) -> reports.add(report));
        return Math.sqrt(reports.getLast().relativeError());
    }

    private static long[] ids(int sample) {
        return new Random(sample).longs(48, 0, CONFIG.vocabSize()).toArray();
    }

    /** As {@link #error}, computed once for each model. */
    private double errorWithoutTransforms(Plant... plants) throws IOException {
        String model = Arrays.toString(plants);
        if (!WITHOUT_TRANSFORMS.containsKey(model)) {
            WITHOUT_TRANSFORMS.put(model, error(planted(plants)));
        }
        return WITHOUT_TRANSFORMS.get(model);
    }

    /** The part of what a plant costs that the transforms take back: 1 where the error is that of the model without it. */
    private double recovered(Plant plant, Transform... transforms) throws IOException {
        double clean = errorWithoutTransforms();
        double with = errorWithoutTransforms(plant);
        assertThat(with).as("the plant costs something").isGreaterThan(1.3 * clean);
        return (with - error(planted(plant), transforms)) / (with - clean);
    }

    /** Fusing the norms undoes what was planted in them. */
    @Test
    void rotationTakesBackNormOutliers() throws IOException {
        assertThat(recovered(Plant.NORM, new Rotate(Rotate.ALL, Rotate.Kind.HADAMARD, 0)))
                .isGreaterThanOrEqualTo(0.9);
    }

    @Test
    void smoothingTakesBackNormOutliers() throws IOException {
        assertThat(recovered(Plant.NORM, TinyModels.SMOOTH)).isGreaterThanOrEqualTo(0.9);
    }

    @Test
    void smoothingTakesBackFeedForwardOutliers() throws IOException {
        assertThat(recovered(Plant.FEED_FORWARD, TinyModels.SMOOTH)).isGreaterThanOrEqualTo(0.9);
    }

    /** A Hadamard spreads an outlier that the weights do not need: why BiSup smooths before it rotates. */
    @Test
    void rotationAloneDoesNotTakeBackFeedForwardOutliers() throws IOException {
        Rotate rotate = new Rotate(Rotate.ALL, Rotate.Kind.HADAMARD, 0);
        double alone = recovered(Plant.FEED_FORWARD, rotate);
        assertThat(alone).isLessThan(0.7);
        Transform.Smooth before = new Transform.Smooth(
                Set.of(Site.O, Site.DOWN),
                Transform.Smooth.Start.SMOOTHQUANT,
                0.5,
                4,
                Transform.Smooth.Form.BOUNDED,
                false);
        assertThat(recovered(Plant.FEED_FORWARD, before, rotate)).isGreaterThanOrEqualTo(0.9);
    }

    /** The plants leave the full-precision function as it is, or they would prove nothing. */
    @Test
    void thePlantsLeaveTheFunctionAsItIs() {
        long[] ids = ids(0);
        try (NDScope scope = new NDScope();
                LanguageModel plain = LanguageModel.resident(RUNTIME, CONFIG, planted());
                LanguageModel with = LanguageModel.resident(RUNTIME, CONFIG, planted(Plant.NORM, Plant.FEED_FORWARD))) {
            scope.suppressNotUsedWarning();
            NDArray expected = plain.forward(ids);
            assertThat(with.forward(ids).sub(expected).abs().max().getFloat())
                    .isLessThan(1e-4f * expected.abs().max().getFloat());
        }
    }
}
