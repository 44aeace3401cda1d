package io.bisup.cli.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ExitCode;
import io.bisup.contract.Json;
import io.bisup.contract.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceExceptionTest {

    @Test
    void aProblemBecomesOneLineNamingFieldCauseAndRemedy() {
        Problem problem = new Problem(
                "urn:bisup:problem:invalid-spec",
                "The spec cannot run",
                422,
                "1 field is at fault",
                "/v1/quantization-jobs",
                "INVALID_SPEC",
                false,
                List.of(new Problem.FieldError("/model", "'x' is not registered", "register it first")));
        JsonNode json = Json.read(Json.write(problem), JsonNode.class);

        ServiceException refused = ServiceException.of(422, json);

        assertThat(refused)
                .hasMessage(
                        "The spec cannot run: 1 field is at fault; /model 'x' is not registered (register it first)");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aRefusalOfOptionsSpeaksOfOptions() {
        Problem problem = new Problem(
                "urn:bisup:problem:unsupported-recipe",
                "This release cannot apply the recipe to the model",
                422,
                "/calibration/sequenceLength: too long",
                "/v1/quantization-jobs",
                "UNSUPPORTED_RECIPE",
                false,
                List.of(
                        new Problem.FieldError("/calibration/sequenceLength", "is too long", "use at most 511"),
                        new Problem.FieldError("/evaluation/0/window", "is too long", "use at most 511"),
                        new Problem.FieldError("/model", "'x' is not registered", "register it first")));

        ServiceException refused = ServiceException.of(422, Json.read(Json.write(problem), JsonNode.class))
                .inTermsOfOptions();

        assertThat(refused)
                .hasMessage("This release cannot apply the recipe to the model: "
                        + "--calibration SAMPLESxLENGTH: is too long; use at most 511; "
                        + "--evaluate DATASET:PROTOCOL:WINDOW: is too long; use at most 511; "
                        + "--model NAME: 'x' is not registered; register it first");
        assertThat(refused.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aServiceThatIsNotReadyCountsAsUnreachableAndABrokenOneAsAFailure() {
        assertThat(ServiceException.of(503, null).exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(ServiceException.of(500, null).exitCode()).isEqualTo(ExitCode.FAILED);
    }
}
