package io.bisup.eval.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bisup.contract.Digests;
import io.bisup.contract.EvaluationJobSpec;
import io.bisup.contract.EvaluationState;
import io.bisup.contract.Json;
import io.bisup.contract.PerplexitySpec;
import io.bisup.platform.dispatch.Doorbells;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationJobRecord;
import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import io.bisup.platform.work.Predecessor;
import io.bisup.platform.work.WorkFolder;
import io.bisup.platform.work.WorkSettings;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An evaluator notes what it holds, and the one that starts in a dead one's folder goes on without waiting for the lease. */
@QuarkusTest
@QuarkusTestResource(EvalStack.class)
class DeadEvaluatorTest {

    @Inject
    JobStore jobs;

    @Inject
    EvaluationStore evaluations;

    @Inject
    EvaluationJobStore evaluationJobs;

    @Inject
    ObjectStore objects;

    @Inject
    Doorbells doorbells;

    @Inject
    Engine engine;

    @Inject
    Predecessor predecessor;

    @Inject
    WorkSettings settings;

    @BeforeEach
    void needsTheReferenceModel() {
        Inputs.needReferenceData();
    }

    @Test
    void whatADeadEvaluatorHeldIsMeasuredLongBeforeItsLeaseEnds() throws Exception {
        EvaluationJobStore.New job = job(20_000);
        // One transaction: the evaluator of this process cannot be first.
        EvaluationClaim held = QuarkusTransaction.requiringNew().call(() -> {
            String id = evaluationJobs.submit(job).id();
            return evaluationJobs.claimJob(id, "dead", Duration.ofHours(1)).orElseThrow();
        });
        try (WorkFolder folder = WorkFolder.take(settings.dir())) {
            folder.journal().begin(held.evaluationId(), held.epoch());
        }
        EvaluationListener next =
                new EvaluationListener(doorbells, evaluations, evaluationJobs, objects, engine, predecessor, settings);
        next.start(new StartupEvent());
        try {
            EvaluationJobRecord ended = ended(held.evaluationId());
            assertThat(ended.state()).as("%s", ended.failure()).isEqualTo(EvaluationState.SUCCEEDED);
            assertThat(ended.attempt()).isEqualTo(2);
        } finally {
            next.stop(new ShutdownEvent());
        }
    }

    @Test
    void whatIsInHandIsNotedUntilItHasEnded() throws Exception {
        String id = evaluationJobs.submit(job(120_000)).id();
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> noted().contains(id) || find(id).state().terminal());
        assertThat(noted()).contains(id);
        assertThat(find(id).state()).isEqualTo(EvaluationState.RUNNING);
        assertThat(ended(id).state()).isEqualTo(EvaluationState.SUCCEEDED);
        await().atMost(Duration.ofSeconds(30)).until(() -> !noted().contains(id));
    }

    /** The journals of all folders. */
    private String noted() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> folders = Files.list(settings.dir())) {
            for (Path folder : folders.toList()) {
                try {
                    all.append(Files.readString(folder.resolve("claim.json")));
                } catch (NoSuchFileException e) {
                    all.append("nothing in ").append(folder);
                }
            }
        }
        return all.toString();
    }

    private EvaluationJobStore.New job(int characters) throws IOException {
        Inputs inputs = new Inputs(jobs, objects);
        RegisteredModel model = inputs.withReadme(inputs.model());
        RegisteredDataset text = inputs.text("stories", Inputs.stories(characters));
        EvaluationJobSpec spec = new EvaluationJobSpec(
                model.name(),
                null,
                List.of(new PerplexitySpec("stories", PerplexitySpec.Protocol.GPTQ, 128)),
                Map.of());
        return new EvaluationJobStore.New(
                "default",
                spec,
                model,
                null,
                List.of(text),
                UUID.randomUUID().toString(),
                Digests.sha256(Json.write(spec)));
    }

    private EvaluationJobRecord find(String id) {
        return evaluationJobs.findJob("default", id).orElseThrow();
    }

    private EvaluationJobRecord ended(String id) {
        return await().atMost(Duration.ofMinutes(2))
                .until(() -> find(id), job -> job.state().terminal());
    }
}
