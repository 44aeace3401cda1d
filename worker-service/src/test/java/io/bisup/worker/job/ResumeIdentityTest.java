package io.bisup.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Json;
import io.bisup.worker.attempt.EngineIdentity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** each part of what a block depends on refuses a checkpoint by its own name. */
class ResumeIdentityTest {

    private final ResumeIdentity here = new ResumeIdentity(
            "2", new EngineIdentity("c0de", "2.7", "cpu", "amd64-avx2", "2", "fused"), "m", "r", "d", "none");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "formatVersion",
                "code",
                "tensorLibrary",
                "device",
                "processor",
                "threads",
                "trainingStep",
                "model",
                "recipe",
                "calibration",
                "systemPrompt"
            })
    void aCheckpointOfAnotherIdentityIsRefusedByTheFieldThatDiffers(String field) {
        String json = Json.write(here);
        String changed = json.replaceFirst("\"" + field + "\":\"[^\"]*\"", "\"" + field + "\":\"other\"");
        assertThat(changed).isNotEqualTo(json);
        assertThat(here.differenceFrom(Json.read(changed, ResumeIdentity.class)))
                .hasValueSatisfying(reason -> assertThat(reason).contains(field).contains("'other'"));
    }

    @Test
    void aCheckpointOfTheSameIdentityResumes() {
        assertThat(here.differenceFrom(Json.read(Json.write(here), ResumeIdentity.class)))
                .isEmpty();
    }
}
