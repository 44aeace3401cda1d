package io.bisup.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.api.problem.ProblemKind;
import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Operations;
import io.bisup.contract.EvaluationSpec;
import io.bisup.contract.Problem;
import io.bisup.contract.Score;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The description says what is answered: also the refusals, by one schema. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class OpenApiTest {

    @Test
    void everyOperationDescribesItsRefusals() {
        for (Operations.Operation operation : Operations.all()) {
            JsonNode responses = operation.description().path("responses");
            boolean namesSomething =
                    operation.path().contains("{") || operation.path().equals("/v1/comparisons");
            List<String> wanted = namesSomething ? List.of("400", "401", "404", "503") : List.of("400", "401", "503");
            for (String status : wanted) {
                assertThat(responses
                                .at("/" + status + "/content/application~1problem+json/schema/$ref")
                                .asText())
                        .as(operation.method() + " " + operation.path() + " " + status)
                        .isEqualTo("#/components/schemas/Problem");
            }
        }
    }

    @Test
    void theProblemSchemaIsTheContracts() {
        JsonNode schema = Operations.openApi().at("/components/schemas/Problem");
        String[] fields = Arrays.stream(Problem.class.getRecordComponents())
                .map(RecordComponent::getName)
                .toArray(String[]::new);
        assertThat(schema.path("properties").properties().stream().map(java.util.Map.Entry::getKey))
                .containsExactlyInAnyOrder(fields);
        assertThat(schema.at("/properties/code/enum")).hasSize(ProblemKind.values().length);
    }

    /** Each kind of score, and of what can be asked for, is described, down to its figures. */
    @ParameterizedTest
    @ValueSource(classes = {Score.class, EvaluationSpec.class})
    void eachKindIsDescribed(Class<?> sealed) {
        JsonNode schemas = Operations.openApi().at("/components/schemas");
        for (Class<?> kind : sealed.getPermittedSubclasses()) {
            assertThat(schemas.path(sealed.getSimpleName()).path("oneOf").findValuesAsText("$ref"))
                    .contains("#/components/schemas/" + kind.getSimpleName());
            assertThat(schemas.path(kind.getSimpleName()).path("properties").properties())
                    .as(kind.getSimpleName())
                    .hasSize(kind.getRecordComponents().length);
        }
        assertThat(schemas.at("/TaskResult/properties/metrics/additionalProperties/$ref")
                        .asText())
                .isEqualTo("#/components/schemas/Estimate");
    }

    /** Words of a recipe stand in documents as its document writes them. */
    @Test
    void theNeedsOfARecipeAreDescribedAsTheyAreWritten() {
        assertThat(Operations.openApi().at("/components/schemas/Need/enum"))
                .extracting(JsonNode::asText)
                .containsExactly("calibration", "training", "prefix");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/quantization-jobs", "/v1/quantization-jobs/{id}"})
    void whatHasATagMayBeUnchanged(String path) {
        assertThat(Operations.openApi()
                        .path("paths")
                        .path(path)
                        .at("/get/responses")
                        .has("304"))
                .isTrue();
    }

    @Test
    void aDownloadIsARedirect() {
        JsonNode responses = Operations.openApi()
                .path("paths")
                .path("/v1/artifacts/{id}/files/{file}")
                .at("/get/responses");
        assertThat(responses.has("307")).isTrue();
        assertThat(responses.has("200")).isFalse();
    }
}
