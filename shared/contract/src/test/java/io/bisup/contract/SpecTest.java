package io.bisup.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Prefix;
import io.bisup.contract.recipe.Recipe;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a submitter writes is read strictly, and what is wrong is named by its JSON Pointer. */
class SpecTest {

    private static final String GOOD = """
        {"model":"demo","recipe":"bisup-w3a3-g128","calibrationDataset":"train",
         "evaluation":[{"dataset":"wiki","protocol":"gptq","window":512}]}\
        """;

    @Test
    void readsAPresetByName() {
        var spec = Json.read(GOOD, QuantizationJobSpec.class);
        Recipe recipe = spec.resolvedRecipe(Presets.load());
        assertThat(recipe.precision().weights().bits()).isEqualTo(3);
        assertThat(recipe.prefix()).isInstanceOf(Prefix.SystemPrompt.class);
    }

    @Test
    void writesWhatItReads() {
        var spec = Json.read(GOOD, QuantizationJobSpec.class);
        assertThat(Json.read(Json.write(spec), QuantizationJobSpec.class)).isEqualTo(spec);
    }

    /** Digests of what is stored hold: a document that asks for nothing special is the one that earlier releases wrote. */
    @Test
    void aNormalPriorityIsNotWritten() {
        var usual = Json.read(GOOD, QuantizationJobSpec.class);
        var normal =
                Json.read(GOOD.replace("{\"model\"", "{\"priority\":\"normal\",\"model\""), QuantizationJobSpec.class);
        var high = Json.read(GOOD.replace("{\"model\"", "{\"priority\":\"high\",\"model\""), QuantizationJobSpec.class);
        assertThat(normal).isEqualTo(usual);
        assertThat(Json.write(normal)).isEqualTo(Json.write(usual)).doesNotContain("priority", "limits");
        assertThat(Json.write(high)).contains("\"priority\":\"high\"");
        assertThat(Json.read(Json.write(high), QuantizationJobSpec.class)).isEqualTo(high);
        assertThat(Json.read(Stored.text("job-preset.json"), QuantizationJobSpec.class)
                        .priority())
                .isEqualTo(Priority.NORMAL);
    }

    @Test
    void readsAnInlineRecipe() {
        String recipe = Json.write(Presets.load().get("rtn-w3a3-g128"));
        var spec = Json.read(GOOD.replace("\"bisup-w3a3-g128\"", recipe), QuantizationJobSpec.class);
        assertThat(spec.recipe()).isInstanceOf(RecipeReference.Inline.class);
        assertThat(Json.read(Json.write(spec), QuantizationJobSpec.class)).isEqualTo(spec);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "model":"demo"         | "model":"../etc"        | /model
        "model":"demo"         | "model":5               | /model
        "model":"demo"         | "model":"demo","modle":1| /modle
        "recipe":              | "recipe":7,"systemPrompt":| /recipe
        "window":512           | "window":1              | /evaluation/0/window
        "window":512           | "window":"512"          | /evaluation/0/window
        "window":512           | "window":1.5            | /evaluation/0/window
        "protocol":"gptq"      | "protocol":"best"       | /evaluation/0/protocol
        "dataset":"wiki"       | "dataset":"train"       | /calibrationDataset
        "model":"demo"         | "model":"a","model":"b" | ''
        "model":"demo"         | "model":"demo","priority":"urgent" | /priority
        "model":"demo"         | "model":"demo","priority":1 | /priority
        "model":"demo"         | "model":"demo","limits":{"maxPending":"an hour"} | /limits/maxPending
        "model":"demo"         | "model":"demo","limits":{"maxAttempt":"-PT1H"}   | /limits/maxAttempt
        "model":"demo"         | "model":"demo","limits":{"maxAttempt":3600}      | /limits/maxAttempt
        """)
    void namesTheFieldAtFault(String from, String to, String pointer) {
        var e = catchThrowableOfType(
                InvalidSpecException.class,
                () -> Json.read(GOOD.replace(from.strip(), to.strip()), QuantizationJobSpec.class));
        assertThat(e).isNotNull();
        assertThat(e.field()).isEqualTo(pointer);
        assertThat(e.remedy()).isNotBlank();
    }

    /** Compositions that mean nothing, of a recipe of version 1 with every stage. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "activations":{"bits":3,"group":"128" | "activations":{"bits":16,"group":"128" | /recipe/clipping/activations
        "weights":{"bits":3,"group":"128"     | "weights":{"bits":16,"group":"128"     | /recipe/clipping/weights
        "clipping":{"activations":true,"keyValue":true,"weights":true} | \
        "clipping":{"activations":false,"keyValue":false,"weights":false} | /recipe/clipping
        ,"training":{"epochs":5,"heldOut":16,"learningRate":0.005} | '' | /recipe/training
        """)
    void stagesThatCannotComposeAreRefused(String from, String to, String pointer) {
        String recipe = Stored.text("recipe-bisup-w3a3-g128.json").strip();
        assertThat(recipe).contains(from.strip());
        String spec = GOOD.replace("\"bisup-w3a3-g128\"", recipe.replace(from.strip(), to.strip()));
        QuantizationJobSpec read = Json.read(spec, QuantizationJobSpec.class);
        var e = catchThrowableOfType(InvalidSpecException.class, () -> read.resolvedRecipe(Presets.load()));
        assertThat(e).isNotNull();
        assertThat(e.field()).isEqualTo(pointer);
    }

    @Test
    void theSamePerplexityIsNotMeasuredTwice() {
        String twice = GOOD.replace("[{", "[{\"dataset\":\"wiki\",\"window\":512},{");
        var e = catchThrowableOfType(InvalidSpecException.class, () -> Json.read(twice, QuantizationJobSpec.class));
        assertThat(e.field()).isEqualTo("/evaluation");
        assertThat(e.reason()).contains("twice");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "protocol":"gptq"  | "protocol":"best" | cannot be 'best'    | use one of gptq, c4-new, c4-old
        ,"window":512      | ''                | is missing          | add a whole number
        "window":512       | "window":"512"    | has the wrong type  | use a whole number
        "model":"demo"     | "modle":"demo"    | is not a field here | use one of calibration, calibrationDataset, evaluation
        "model":"demo"     | "model":{}        | has the wrong type  | use a string
        "window":512       | "win":512         | is not a field here | use one of dataset, protocol, window
        """)
    void saysWhatIsWrongAndWhatToSend(String from, String to, String reason, String remedy) {
        var e = catchThrowableOfType(
                InvalidSpecException.class,
                () -> Json.read(GOOD.replace(from.strip(), to.strip()), QuantizationJobSpec.class));
        assertThat(e.reason()).isEqualTo(reason);
        assertThat(e.remedy()).startsWith(remedy);
    }

    @ParameterizedTest
    @CsvSource({"128, 16", "32, 8", "10, 2", "3, 0"})
    void atMostAQuarterOfTheSamplesIsHeldOut(int samples, int heldOut) {
        assertThat(new Learning(Set.of(Learning.Space.RANGES), 5, 0.005, 0, 16, Learning.Objective.MSE)
                        .heldOutOf(samples))
                .isEqualTo(heldOut);
    }

    @ParameterizedTest
    @EnumSource
    void terminalStatesNeverChange(JobState state) {
        assertThat(state.terminal())
                .isEqualTo(Set.of(JobState.REJECTED, JobState.CANCELLED, JobState.SUCCEEDED, JobState.FAILED)
                        .contains(state));
        assertThat(state.mayBecome(state)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void everyFailureHasARemedy(FailureCode code) {
        assertThat(code.remedy()).isNotBlank();
        assertThat(code.attempts()).isPositive();
    }
}
