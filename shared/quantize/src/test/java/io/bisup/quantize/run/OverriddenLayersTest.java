package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.artifact.ArtifactConfig;
import io.bisup.llm.artifact.ArtifactFiles;
import io.bisup.llm.artifact.BlockLayout;
import io.bisup.llm.artifact.BlockReader;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.learn.BlockStep;
import io.bisup.quantize.learn.BlockSteps;
import io.bisup.quantize.learn.FusedBlockSteps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One layer at other bits than the rest: {@code precision.overrides} by the names of modules. */
class OverriddenLayersTest {
    private static final int LAYERS = 3;
    private static final DecoderConfig CONFIG = TinyModels.config(Architecture.LLAMA, LAYERS);

    @TempDir
    Path folder;

    /** Rounding to nearest, inputs and cache exact: a block's codes do not depend on the blocks before it. */
    private static Recipe weights(int bits, Map<String, Integer> overrides) {
        return with(TinyModels.nearest(16), bits, overrides);
    }

    private static Recipe with(Recipe base, int bits, Map<String, Integer> overrides) {
        Precision precision = base.precision();
        Format group = TinyModels.nearest(bits).precision().weights();
        Map<String, Format> formats = new TreeMap<>();
        overrides.forEach(
                (pattern, of) -> formats.put(pattern, new Format(group.type(), of, group.symmetric(), group.scope())));
        return TinyModels.recipe(
                base.transforms(),
                new Precision(group, precision.inputs(), precision.cache(), null, formats),
                base.ranges(),
                base.rounding(),
                base.compensation(),
                base.learning());
    }

    private BlockLayout run(String name, Recipe recipe, BlockSteps steps) throws IOException {
        Path work = Files.createDirectory(folder.resolve(name));
        return new ModelRun(RUNTIME, TinyModels.input(CONFIG, recipe, 0), Control.NONE, steps)
                .run(work, List.of(), (shard, report) -> {});
    }

    private Path block(String name, int layer) {
        return folder.resolve(name).resolve(ArtifactFiles.block(layer));
    }

    private NDArray output(String name, BlockLayout layout, int layer) {
        try (SafetensorsFile file = SafetensorsFile.open(block(name, layer));
                DecoderBlock block = new BlockReader(RUNTIME, CONFIG, layout, file::tensor).block(layer);
                RotaryEmbedding rotary = new RotaryEmbedding(RUNTIME, CONFIG, DataType.FLOAT32)) {
            return block.forward(
                    RUNTIME.kernels(), Gaussians.floats(7, 1, 12, CONFIG.hiddenSize()), rotary, AttentionContext.EMPTY);
        }
    }

    /** The overridden layer is the one of a run at 8 bits, the others those of a run at 4; the sidecar tells them apart. */
    @Test
    void oneLayerHasItsOwnBitsAndIsReadBackSo() throws IOException {
        Recipe mixed = weights(4, Map.of("model.layers.1.*", 8));
        BlockLayout written = run("mixed", mixed, BlockSteps.GRAPH);
        BlockLayout four = run("four", weights(4, Map.of()), BlockSteps.GRAPH);
        BlockLayout eight = run("eight", weights(8, Map.of()), BlockSteps.GRAPH);
        ArtifactConfig.of(written, mixed, List.of(), "calibration", "source").write(folder);
        BlockLayout read = ArtifactConfig.read(folder).block();
        assertThat(read).isEqualTo(written);
        assertThat(read.layers()).containsOnlyKeys(1);
        assertThat(read.weights()).isEqualTo(four.weights());
        assertThat(read.layers().get(1)).isEqualTo(eight.weights());
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            for (int layer = 0; layer < LAYERS; layer++) {
                String like = layer == 1 ? "eight" : "four";
                assertThat(block("mixed", layer)).as("block %d", layer).hasSameBinaryContentAs(block(like, layer));
                assertThat(output("mixed", read, layer).toFloatArray())
                        .isEqualTo(
                                output(like, layer == 1 ? eight : four, layer).toFloatArray());
            }
        }
    }

    /** Layers alike are written as before: a sidecar without the field. */
    @Test
    void aSidecarWithoutOverridesHasNoLayers() throws IOException {
        Recipe recipe = weights(4, Map.of("model.layers.*", 8));
        ArtifactConfig.of(run("all", recipe, BlockSteps.GRAPH), recipe, List.of(), "calibration", "source")
                .write(folder);
        assertThat(Files.readString(folder.resolve(ArtifactFiles.SIDECAR))).doesNotContain("\"layers\"");
    }

    /** Blocks of other formats do not train in the workspace of the block before them. */
    @Test
    void aLearntLayerTrainsInItsOwnFormats() throws IOException {
        Recipe mixed = with(TinyModels.bisup(4), 4, Map.of("model.layers.1.*", 8));
        run("shared", mixed, new FusedBlockSteps(RUNTIME));
        run("fresh", mixed, new Fresh());
        for (int layer = 0; layer < LAYERS; layer++) {
            assertThat(block("shared", layer)).as("block %d", layer).hasSameBinaryContentAs(block("fresh", layer));
        }
    }

    /** A workspace for each block. */
    private static final class Fresh implements BlockSteps {
        private FusedBlockSteps last = new FusedBlockSteps(RUNTIME);

        @Override
        public BlockStep create(BlockWork work, Draft draft) {
            last.close();
            last = new FusedBlockSteps(RUNTIME);
            return last.create(work, draft);
        }

        @Override
        public void close() {
            last.close();
        }
    }
}
