package io.bisup.platform.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.Digests;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.database.Given;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.ExportClaim;
import io.bisup.platform.job.ExportStore;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What an artifact names stays; all else that attempts of finished jobs left goes; live jobs are left alone. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class CollectorTest {

    @Inject
    JobStore jobs;

    @Inject
    ExportStore exports;

    @Inject
    ObjectStore objects;

    @Inject
    Collector collector;

    @Test
    void objectsOfDeadAttemptsGo() {
        String done =
                claim(jobs.submit(Given.job("{\"evaluation\":[]}", key())).job().id());
        ObjectEntry named = put(done, 2);
        put(done, 1);
        Claim claim = jobs.claim(done, "w2", Duration.ofMinutes(1)).orElseThrow();
        ArtifactManifest given = Given.manifest(claim);
        jobs.publish(
                claim,
                new ArtifactManifest(
                        given.format(),
                        given.formatVersion(),
                        done,
                        2,
                        given.model(),
                        given.modelDigest(),
                        given.recipe(),
                        List.of(named),
                        List.of(),
                        Digests.of(List.of(named))));
        String cancelled = jobs.submit(Given.job()).job().id();
        put(cancelled, 1);
        jobs.requestCancel(cancelled);
        String live = claim(jobs.submit(Given.job()).job().id());
        ObjectEntry inUse = put(live, 1);

        // A pass takes a hundred jobs; those of other tests may be before ours.
        while (!jobs.uncollected(1).isEmpty()) {
            collector.collect();
        }
        assertThat(objects.listAttempts(done)).containsExactly(named.key());
        assertThat(objects.listAttempts(cancelled)).isEmpty();
        assertThat(objects.listAttempts(live)).containsExactly(inUse.key());
        assertThat(jobs.uncollected(100)).doesNotContain(done, cancelled);
    }

    @Test
    void objectsOfDeadAttemptsAtExportsGo() {
        String job = jobs.submit(Given.job("{\"evaluation\":[]}", key())).job().id();
        Claim claim = jobs.claim(job, "w1", Duration.ofMinutes(1)).orElseThrow();
        jobs.publish(claim, Given.manifest(claim));
        String id = exports.submit(new ExportStore.New("default", job, ExportFormat.GGUF, key()))
                .export()
                .id();
        objects.put(ObjectKeys.export(job, id, 1, "model.gguf"), new byte[] {1});
        ObjectEntry whole = objects.put(ObjectKeys.export(job, id, 2, "model.gguf"), new byte[] {1, 2});
        ExportClaim held = exports.claimNext("w1", Duration.ofMinutes(1)).orElseThrow();
        while (!held.exportId().equals(id)) {
            // Another test left it.
            exports.complete(held, List.of());
            held = exports.claimNext("w1", Duration.ofMinutes(1)).orElseThrow();
        }
        exports.complete(held, List.of(whole));

        while (!exports.uncollected(1).isEmpty()) {
            collector.collect();
        }
        assertThat(objects.exists(ObjectKeys.export(job, id, 1, "model.gguf"))).isFalse();
        assertThat(objects.get(whole)).hasSize(2);
    }

    private ObjectEntry put(String job, int attempt) {
        return objects.put(ObjectKeys.attempt(job, attempt, "block-00000.safetensors"), new byte[] {1, 2, 3});
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    /** An attempt that was given back: the job is queued, with an attempt behind it. */
    private String claim(String id) {
        jobs.giveBack(jobs.claim(id, "w1", Duration.ofMinutes(1)).orElseThrow());
        return id;
    }
}
