package io.bisup.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Json;
import io.bisup.quantize.TinyModels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResumeIdentityTest {

    private final ResumeIdentity here = ResumeIdentity.current(TinyModels.RUNTIME, "1.2.3");

    @ParameterizedTest
    @ValueSource(
            strings = {"formatVersion", "codeVersion", "tensorLibrary", "device", "processor", "threads", "trainingStep"
            })
    void aCheckpointOfAnotherIdentityIsRefusedByTheFieldThatDiffers(String field) {
        ResumeIdentity there = Json.read(
                Json.write(here).replaceFirst("\"" + field + "\":\"[^\"]*\"", "\"" + field + "\":\"other\""),
                ResumeIdentity.class);
        assertThat(here.differenceFrom(there))
                .hasValueSatisfying(reason -> assertThat(reason).contains(field).contains("'other'"));
        assertThat(here.differenceFrom(here)).isEmpty();
    }
}
