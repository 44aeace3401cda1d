package io.bisup.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.ExportFormat;
import io.bisup.export.format.ExportOptions;
import io.bisup.export.format.ExportProgress;
import io.bisup.export.format.ExportRefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Models whose widths are no multiples of 32, with groups that the widths have: each format holds the weights, as our own reader
 * of other programs' checkpoints finds them, or names the tensor that it has no words for.
 */
class ShapesTest {

    @TempDir
    Path folder;

    /** Hidden width 16·a and feed-forward width 8·b by random odd a and b; the last column is what must have been written. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1 | {bits: 4, scope: {columns: 8}}                    | compressed-tensors gptq awq
            2 | {bits: 3, scope: row}                             | compressed-tensors
            3 | {bits: 4, symmetric: false, scope: row}           | compressed-tensors gptq
            4 | {bits: 8, scope: {columns: 4}}                    | compressed-tensors gptq
            5 | {bits: 7, scope: {columns: 8}}                    | compressed-tensors
            """)
    void eachFormatHoldsTheWeightsOrRefuses(long seed, String weights, String written) throws IOException {
        Random random = new Random(seed);
        int hidden = 16 * (2 * random.nextInt(1, 5) + 1);
        int inner = 8 * (2 * random.nextInt(2, 12) + 1);
        Path artifact = Artifacts.quantized(
                Artifacts.model(folder.resolve("model"), "llama", false, hidden, inner, 1),
                "precision: {weights: " + weights + "}",
                folder.resolve("artifact"));
        float[] expected = Artifacts.logits(artifact);
        List<String> formats = new ArrayList<>();
        for (ExportFormat format :
                List.of(ExportFormat.COMPRESSED_TENSORS, ExportFormat.GPTQ, ExportFormat.AWQ, ExportFormat.GGUF)) {
            Path out = folder.resolve(format.wireName());
            try {
                Exports.write(format, artifact, out, ExportOptions.DEFAULT, ExportProgress.NONE);
            } catch (ExportRefusedException refused) {
                assertThat(refused)
                        .hasMessageMatching(
                                "cannot export as " + format.wireName() + ".*(model.layers.0|/precision).*");
                assertThat(out).doesNotExist();
                continue;
            }
            formats.add(format.wireName());
            assertThat(Artifacts.logits(out)).as(format.wireName()).isEqualTo(expected);
        }
        assertThat(formats).as("%d wide, %d inside", hidden, inner).containsExactly(written.split(" "));
    }
}
