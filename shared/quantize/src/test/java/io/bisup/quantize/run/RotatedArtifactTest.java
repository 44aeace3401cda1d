package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.quantize.block.Control;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** R1 on a trained model with tied embeddings: every rotation, nothing rounded; the artifact computes what the source does. */
class RotatedArtifactTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"hadamard", "orthogonal"})
    void aRotatedArtifactComputesWhatItsSourceDoes(String kind) throws IOException {
        Path source = ReferenceData.path("data/models/TinyStories-656K");
        Recipe recipe = Json.yaml("""
                version: 2
                name: rotations
                transforms: [{rotate: {kind: %s, seed: 3}}]
                precision: {weights: {bits: 16}}
                calibration: {samples: 2, sequenceLength: 32}
                """.formatted(kind), Recipe.class);
        new FolderQuantization(RUNTIME, Control.NONE)
                .run(
                        new FolderQuantization.Request(
                                source, "digest", recipe, "Once upon a time. ".repeat(50), null, 0),
                        folder,
                        List.of(),
                        (shard, report) -> assertThat(report.relativeError()).isLessThan(1e-8));
        long[] ids = LongStream.range(5, 69).toArray();
        try (NDScope scope = new NDScope();
                OpenModel exact = ModelFolder.open(source, RUNTIME);
                OpenModel rotated = ModelFolder.open(folder, RUNTIME)) {
            scope.suppressNotUsedWarning();
            NDArray expected = exact.model().forward(ids);
            NDArray actual = rotated.model().forward(ids);
            assertThat(actual.sub(expected).abs().max().getFloat()).isLessThan(2e-3f);
            assertThat(rotated.model().config().tiedEmbeddings()).isFalse();
        }
    }
}
