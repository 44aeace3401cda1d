package io.bisup.cli.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.DivergenceSpec;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.Presets;
import io.bisup.contract.PropagationSpec;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.RecipeReference;
import io.bisup.contract.TaskSpec;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Recipe;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class SpecOptionsTest {

    @TempDir
    Path folder;

    private static QuantizationJobSpec parse(String... args) {
        return CommandLine.populateCommand(new SpecOptions(), args).spec();
    }

    @Test
    void optionsSayWhatAFileWouldSay() throws Exception {
        Path prompt = Files.writeString(folder.resolve("prompt.txt"), "You are helpful.");

        QuantizationJobSpec spec = parse(
                "--model",
                "m",
                "--recipe",
                "bisup-w3a3-g128",
                "--calibration-dataset",
                "train",
                "--calibration",
                "16x256@7",
                "--system-prompt",
                prompt.toString(),
                "--evaluate",
                "wikitext2:gptq:512",
                "--evaluate",
                "c4:c4-new:512",
                "--max-ratio",
                "1.5",
                "--export",
                "compressed-tensors,gguf",
                "--export",
                "peft",
                "--label",
                "team=a");

        assertThat(spec.exports())
                .containsExactly(ExportFormat.COMPRESSED_TENSORS, ExportFormat.GGUF, ExportFormat.PEFT);

        assertThat(spec.recipe()).isEqualTo(new RecipeReference.Preset("bisup-w3a3-g128"));
        assertThat(spec.calibration()).isEqualTo(new Calibration(16, 256, 7));
        assertThat(spec.systemPrompt()).isEqualTo("You are helpful.");
        assertThat(spec.evaluation())
                .containsExactly(
                        new PerplexitySpec("wikitext2", PerplexitySpec.Protocol.GPTQ, 512),
                        new PerplexitySpec("c4", PerplexitySpec.Protocol.C4_NEW, 512));
        assertThat(spec.labels()).containsEntry("team", "a");
    }

    @Test
    void aRecipeFileIsSentAsItIs() throws Exception {
        Path recipe = Files.writeString(folder.resolve("mine.yaml"), """
                version: 2
                name: mine
                base: rtn-w4a4-g128
                precision: {weights: {bits: 5}}
                """);

        QuantizationJobSpec spec =
                parse("--model", "m", "--recipe", recipe.toString(), "--calibration-dataset", "train");

        assertThat(((RecipeReference.Inline) spec.recipe())
                        .document()
                        .content()
                        .path("base")
                        .asText())
                .isEqualTo("rtn-w4a4-g128");
        Recipe resolved = spec.resolvedRecipe(Presets.load());
        assertThat(resolved.precision().weights().bits()).isEqualTo(5);
        assertThat(resolved.precision().inputs().bits()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wikitext2",
                "wikitext2:gptq",
                "wikitext2:gptq:many",
                "wikitext2:ppl:512",
                "wikitext2:gptq:512:5@dev",
                "mmlu:mmlu:5@"
            })
    void anEvaluationThatCannotBeMeantIsNamed(String text) {
        assertThatThrownBy(() -> EvaluateOption.parse(text)).hasMessageStartingWith("--evaluate: '");
    }

    @Test
    void tasksAndDivergencesAreMeantByTheirNames() {
        assertThat(EvaluateOption.parse("arc:arc_easy:200")).isEqualTo(TaskSpec.zeroShot("arc", "arc_easy", 200));
        assertThat(EvaluateOption.parse("arc:boolq")).isEqualTo(TaskSpec.zeroShot("arc", "boolq", null));
        TaskSpec.Examples shown = new TaskSpec.Examples("mmlu-dev", 5);
        assertThat(EvaluateOption.parse("mmlu:mmlu:100:5@mmlu-dev"))
                .isEqualTo(TaskSpec.zeroShot("mmlu", "mmlu", 100).behind(shown));
        assertThat(EvaluateOption.parse("mmlu:mmlu:5@mmlu-dev"))
                .isEqualTo(TaskSpec.zeroShot("mmlu", "mmlu", null).behind(shown));
        assertThat(EvaluateOption.parse("wiki:divergence:512"))
                .isEqualTo(new DivergenceSpec("wiki", PerplexitySpec.Protocol.GPTQ, 512));
        assertThat(EvaluateOption.parse("wiki:propagation:512")).isEqualTo(new PropagationSpec("wiki", 8, 512));
    }

    @Test
    void aWindowOfOneTokenIsRefusedAsTheServiceWould() {
        assertThatThrownBy(() -> EvaluateOption.parse("wikitext2:gptq:1"))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("window");
    }
}
