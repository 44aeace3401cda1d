package io.bisup.eval.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobState;
import io.bisup.contract.Measurement;
import io.bisup.contract.PerplexitySpec;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Evaluation jobs through PostgreSQL, Kafka and S3. The artifact is the FP model itself, so that its perplexity has to equal
 * the baseline's to the last bit.
 */
@QuarkusTest
@QuarkusTestResource(EvalStack.class)
class EvaluationJobTest {

    @Inject
    JobStore jobs;

    @Inject
    ObjectStore objects;

    @BeforeEach
    void needsTheReferenceModel() {
        Inputs.needReferenceData();
    }

    @Test
    void anArtifactIsMeasuredBesideItsModelAndTheBaselineIsKept() throws Exception {
        RegisteredModel model = inputs().model();
        RegisteredDataset text = inputs().text("stories", Inputs.stories(20_000));

        Measurement first = measured(evaluate(model, text, 128));
        Measurement second = measured(evaluate(model, text, 128));

        assertThat(first.ratio()).isEqualTo(1.0);
        assertThat(first.quantized().perplexity()).isBetween(5.0, 60.0);
        assertThat(first.quantized().datasetSha256()).isEqualTo(text.sha256());
        assertThat(first.quantized().windows())
                .isEqualTo((int) (first.quantized().tokens() / 128));
        assertThat(second.baseline()).as("kept, with the seconds it took then").isEqualTo(first.baseline());
        assertThat(second.quantized().perplexity()).isEqualTo(first.quantized().perplexity());
    }

    @Test
    void aTextThatFillsNoWindowFailsTheJobAndSaysSo() throws Exception {
        JobRecord job = evaluate(inputs().model(), inputs().text("short", "Once upon a time."), 128);

        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.failure()).returns(FailureCode.DATASET_TOO_SHORT, Failure::code);
        assertThat(job.failure().message()).contains("short").contains("128");
        assertThat(job.artifactDigest()).as("the artifact is kept").isNotNull();
    }

    private static Measurement measured(JobRecord job) {
        assertThat(job.state()).as("%s", job.failure()).isEqualTo(JobState.SUCCEEDED);
        return job.measurements().getFirst();
    }

    private JobRecord evaluate(RegisteredModel model, RegisteredDataset dataset, int window) {
        return inputs().evaluate(
                        model,
                        model.files(),
                        List.of(dataset),
                        List.of(new PerplexitySpec(dataset.name(), PerplexitySpec.Protocol.GPTQ, window)),
                        null);
    }

    private Inputs inputs() {
        return new Inputs(jobs, objects);
    }
}
