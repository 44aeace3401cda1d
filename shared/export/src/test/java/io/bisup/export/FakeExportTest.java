package io.bisup.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bisup.contract.ExportFormat;
import io.bisup.export.format.ExportOptions;
import io.bisup.export.format.ExportOptions.ValueType;
import io.bisup.export.format.ExportProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A plain checkpoint of what weights stand for computes what the artifact does, with all that was folded and merged. */
class FakeExportTest {

    private static final String WEIGHTS = "precision: {weights: {bits: 4, symmetric: false, scope: {columns: 32}}}\n";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            llama | true  | ''
            llama | false | 'transforms: [smooth]'
            qwen2 | true  | 'transforms: [{smooth: {sites: [o, down, query_key]}}, {rotate: {of: [residual, value_heads]}}]'
            qwen3 | false | 'transforms: [{rotate: {of: [residual, value_heads]}}]'
            phi3  | false | 'transforms: [smooth]'
            phi3  | false | 'compensation: {rank: 4, start: whitened_svd}'
            qwen2 | true  | 'compensation: {rank: 3, start: svd, reads: quantized}'
            """)
    void computesWhatTheArtifactDoes(String family, boolean tied, String fields) throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), family, tied);
        Path artifact = Artifacts.quantized(model, WEIGHTS + fields, folder.resolve("artifact"));
        float[] expected = Artifacts.logits(artifact);
        Path exact = export(artifact, ValueType.FLOAT32);
        assertThat(difference(Artifacts.logits(exact), expected)).isCloseTo(0, within(2e-4f));
        Path narrow = export(artifact, ValueType.BFLOAT16);
        assertThat(difference(Artifacts.logits(narrow), expected))
                .as("bfloat16 rounds, by a part of what four bits do")
                .isLessThan(0.1f);
        assertThat(Files.readString(narrow.resolve("README.md"))).contains("% of the weights of linears are rounded");
        assertThat(Files.readString(narrow.resolve("config.json"))).contains("\"torch_dtype\" : \"bfloat16\"");
    }

    /** Overrides may single out one block, which is then read by its own formats. */
    @ParameterizedTest
    @CsvSource({"llama, model.layers.1.*", "phi3, '*.layers.0.self_attn.qkv_proj'"})
    void blocksOfOtherBitsAreReadByTheirOwnFormats(String family, String pattern) throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), family, false);
        Path artifact = Artifacts.quantized(
                model,
                "precision: {weights: {bits: 4, scope: {columns: 32}}, overrides: {'%s': {bits: 8}}}"
                        .formatted(pattern),
                folder.resolve("artifact"));
        float[] actual = Artifacts.logits(export(artifact, ValueType.FLOAT32));
        assertThat(difference(actual, Artifacts.logits(artifact))).isCloseTo(0, within(2e-4f));
    }

    private Path export(Path artifact, ValueType type) {
        Path out = folder.resolve(type.dtype());
        Exports.write(ExportFormat.HF_FAKE, artifact, out, ExportOptions.DEFAULT.withValues(type), ExportProgress.NONE);
        return out;
    }

    private static float difference(float[] left, float[] right) {
        assertThat(left).hasSameSizeAs(right);
        float worst = 0;
        for (int i = 0; i < left.length; i++) {
            worst = Math.max(worst, Math.abs(left[i] - right[i]));
        }
        return worst;
    }
}
