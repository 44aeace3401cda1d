package io.bisup.eval.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bisup.contract.EvaluationProgress;
import io.bisup.contract.JobState;
import io.bisup.contract.PerplexitySpec;
import io.bisup.platform.job.EvaluationRecord;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import io.bisup.platform.testing.GatedStack;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A store that is away in the middle of an evaluation, for longer than a lease, costs it no attempt. */
@QuarkusTest
@QuarkusTestResource(value = StoresAwayTest.GatedEvalStack.class, restrictToAnnotatedClass = true)
class StoresAwayTest {

    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("bisup.away", 8));

    /** What {@link EvalStack} sets, a short lease, and the time that workers have to renew theirs after an outage. */
    public static final class GatedEvalStack extends GatedStack {
        @Override
        protected Map<String, String> settings(Path folder) {
            return Map.of(
                    "bisup.work.dir", folder.resolve("work").toString(),
                    "bisup.housekeeping.enabled", "true",
                    "bisup.housekeeping.sweep-interval", "0.5S",
                    "bisup.work.lease", "3S",
                    "bisup.jobs.outage-grace", "15S");
        }
    }

    @Inject
    JobStore jobs;

    @Inject
    EvaluationStore evaluations;

    @Inject
    ObjectStore objects;

    GatedStack.Gates gates;

    @BeforeEach
    void needsTheReferenceModel() {
        Inputs.needReferenceData();
    }

    @Test
    void anObjectStoreThatGoesIsWaitedForAndSaidSo() throws Exception {
        String id = submit();
        awaitProgress(id, p -> p.what().contains("artifact"));
        gates.objects().shut();
        awaitProgress(id, p -> p.what().startsWith("waiting for object store since"));
        LockSupport.parkNanos(AWAY.toNanos());
        assertThat(evaluation(id).attempt()).isEqualTo(1);
        gates.objects().open();
        awaitSuccessOfTheFirstAttempt(id);
    }

    @Test
    void aDatabaseThatGoesIsWaitedFor() throws Exception {
        String id = submit();
        awaitProgress(id, p -> p.what().contains("artifact"));
        gates.database().shut();
        LockSupport.parkNanos(AWAY.toNanos());
        gates.database().open();
        awaitSuccessOfTheFirstAttempt(id);
    }

    private void awaitSuccessOfTheFirstAttempt(String id) {
        JobRecord job = await().atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> jobs.find(id).orElseThrow(), j -> j.state().terminal());
        assertThat(job.state()).as("%s", job.failure()).isEqualTo(JobState.SUCCEEDED);
        assertThat(job.measurements().getFirst().ratio()).isEqualTo(1.0);
        EvaluationRecord evaluation = evaluation(id);
        assertThat(evaluation.attempt()).isEqualTo(1);
        assertThat(evaluation.failure()).isNull();
    }

    private void awaitProgress(String id, Predicate<EvaluationProgress> wanted) {
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    EvaluationProgress progress = evaluation(id).progress();
                    return progress != null && wanted.test(progress);
                });
    }

    private EvaluationRecord evaluation(String id) {
        return evaluations.ofJob(id).getFirst();
    }

    /** Some seconds of work on an artifact that was never measured, and then its FP model, which has to be fetched. */
    private String submit() throws Exception {
        Inputs inputs = new Inputs(jobs, objects);
        RegisteredModel model = inputs.model();
        RegisteredDataset text = inputs.text("stories", Inputs.stories(120_000));
        return inputs.submit(
                inputs.withReadme(model),
                inputs.withReadme(model).files(),
                List.of(text),
                List.of(new PerplexitySpec("stories", PerplexitySpec.Protocol.GPTQ, 128)),
                null);
    }
}
