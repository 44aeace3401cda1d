package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.Json;
import io.bisup.contract.MergePatch;
import io.bisup.contract.Priority;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.NewJob;
import io.bisup.platform.job.QueueContext;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is served next (B11, L-09), and what a waiting job is told of it. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class QueueTest {

    private static final Duration LEASE = Duration.ofMinutes(5);

    @Inject
    JobStore jobs;

    @Inject
    EntityManager entities;

    @Inject
    Sweeps sweeps;

    @Inject
    Outbox outbox;

    @BeforeEach
    void emptyTheQueue() {
        QuarkusTransaction.requiringNew().run(() -> {
            entities.createNativeQuery(
                            "update job set state = 'CANCELLED' where state in ('QUEUED', 'RUNNING', 'CANCELLING')")
                    .executeUpdate();
            entities.createNativeQuery("insert into tenant (id, max_live_jobs, requests_per_minute)"
                            + " values ('other', 1000, 1000), ('third', 1000, 1000) on conflict do nothing")
                    .executeUpdate();
        });
    }

    @Test
    void jobsStartInTheOrderOfTheirSubmission() {
        List<String> ids = submit("default", 30);
        assertThat(IntStream.range(0, 30).mapToObj(i -> next().jobId())).isEqualTo(ids);
    }

    @Test
    void aResumedAndARetriedJobKeepTheirPlaces() {
        List<String> ids = submit("default", 4);
        jobs.requestPause(ids.get(1));
        Claim first = next();
        jobs.fail(first, new Failure(FailureCode.LEASE_LOST, "lost", "", null, null, 1));
        jobs.resume(ids.get(1));
        assertThat(IntStream.range(0, 4).mapToObj(i -> next().jobId())).isEqualTo(ids);
    }

    @Test
    void aTenantWithOneJobIsNotStarvedByOneWithMany() {
        List<String> many = submit("default", 20);
        String one = submit("other", 1).getFirst();
        assertThat(next().jobId()).isEqualTo(many.getFirst());
        assertThat(next().jobId()).as("the other tenant has nothing running").isEqualTo(one);
        assertThat(next().jobId()).isEqualTo(many.get(1));
    }

    @Test
    void ofATenantsJobsThoseOfAHigherPriorityStartFirst() {
        List<String> normal = submit("default", 2);
        List<String> low = submit("default", 1, Priority.LOW);
        List<String> high = submit("default", 2, Priority.HIGH);
        assertThat(context(low.getFirst())).isEqualTo(told(QueueContext.Reason.OTHERS_FIRST, Priority.LOW, 4, 4, 0, 0));
        assertThat(context(high.get(1))).isEqualTo(told(QueueContext.Reason.OTHERS_FIRST, Priority.HIGH, 1, 1, 0, 0));
        assertThat(context(normal.get(1))).isEqualTo(told(QueueContext.Reason.OTHERS_FIRST, 3, 3, 0, 0));
        List<String> order = new ArrayList<>(high);
        order.addAll(normal);
        order.addAll(low);
        assertThat(IntStream.range(0, 5).mapToObj(i -> next().jobId())).isEqualTo(order);
    }

    /** A priority orders one's own jobs: it takes nothing from others. */
    @Test
    void aHighPriorityDoesNotPassAnotherTenant() {
        String other = submit("other", 1).getFirst();
        submit("default", 1);
        String high = submit("default", 1, Priority.HIGH).getFirst();
        assertThat(context(other)).isEqualTo(told(QueueContext.Reason.NO_FREE_WORKER, 0, 0, 0, 0));
        assertThat(next().jobId()).as("it waits longer").isEqualTo(other);
        assertThat(next().jobId()).isEqualTo(high);
        submit("other", 1, Priority.HIGH);
        String third = submit("third", 1, Priority.LOW).getFirst();
        assertThat(next().jobId()).as("the third tenant has nothing running").isEqualTo(third);
    }

    @Test
    void aJobThatWaitsCanBeMovedForward() {
        List<String> ids = submit("default", 3);
        JobRecord last = jobs.find(ids.get(2)).orElseThrow();
        JobRecord changed = jobs.change(last.id(), last.version(), withPriority(last.spec(), Priority.HIGH));
        assertThat(changed.spec().priority()).isEqualTo(Priority.HIGH);
        assertThat(changed.version()).isGreaterThan(last.version());
        assertThat(next().jobId()).isEqualTo(last.id());
        assertThat(next().jobId()).isEqualTo(ids.getFirst());
    }

    @Test
    void aWaitingJobIsToldWhy() {
        List<String> ids = submit("default", 3);
        String other = submit("other", 1).getFirst();
        assertThat(context(ids.get(2))).isEqualTo(told(QueueContext.Reason.OTHERS_FIRST, 2, 2, 0, 0));
        assertThat(context(other)).isEqualTo(told(QueueContext.Reason.OTHERS_FIRST, 0, 3, 0, 0));
        next();
        assertThat(context(ids.get(0))).isEqualTo(told(QueueContext.Reason.NOT_QUEUED, 0, 0, 1, 1));
        assertThat(context(ids.get(1))).isEqualTo(told(QueueContext.Reason.NO_FREE_WORKER, 0, 0, 1, 1));
        jobs.requestPause(ids.get(1));
        assertThat(context(ids.get(1)).reason()).isEqualTo(QueueContext.Reason.NOT_QUEUED);
    }

    @Test
    void severalWorkersNeverGetTheSameJob() {
        List<String> ids = submit("default", 40);
        List<String> claimed = IntStream.range(0, 40)
                .parallel()
                .mapToObj(i -> jobs.claimNext("w" + i, LEASE))
                .flatMap(Optional::stream)
                .map(Claim::jobId)
                .toList();
        assertThat(claimed).doesNotHaveDuplicates().isSubsetOf(ids);
        List<String> left = new ArrayList<>();
        for (Optional<Claim> c = jobs.claimNext("w", LEASE); c.isPresent(); c = jobs.claimNext("w", LEASE)) {
            left.add(c.get().jobId());
        }
        assertThat(claimed.size() + left.size()).isEqualTo(40);
    }

    /** Else a worker that looks while somebody changes the only job goes away empty-handed. */
    @Test
    void aClaimWaitsForTheLastJobThatAnotherTransactionHolds() throws Exception {
        String id = submit("default", 1).getFirst();
        CountDownLatch held = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> holder =
                    threads.submit(() -> QuarkusTransaction.requiringNew().run(() -> {
                        entities.createNativeQuery("select 1 from job where id = :id for update")
                                .setParameter("id", UUID.fromString(id))
                                .getSingleResult();
                        held.countDown();
                        LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
                    }));
            held.await();
            assertThat(next().jobId()).isEqualTo(id);
            holder.get();
        }
    }

    /** A round holds its rows for as long as it runs: a long queue gets its bells in parts. */
    @Test
    void aLongQueueIsRungForInParts() {
        String like = submit("default", 1).getFirst();
        QuarkusTransaction.requiringNew().run(() -> {
            entities.createNativeQuery("""
                    insert into job select r.* from job j, generate_series(1, 1499) g, lateral jsonb_populate_record(j,
                        jsonb_build_object('id', cast(md5('rung' || g) as uuid))) r where j.id = :like""")
                    .setParameter("like", UUID.fromString(like))
                    .executeUpdate();
            entities.createNativeQuery("update job set rung_at = rung_at - interval '1 hour' where state = 'QUEUED'")
                    .executeUpdate();
            entities.createNativeQuery("delete from outbox").executeUpdate();
        });
        sweeps.ringAgain();
        assertThat(bellsOfJobs()).isEqualTo(1_000);
        sweeps.ringAgain();
        assertThat(bellsOfJobs()).isEqualTo(1_500);
        emptyTheQueue();
        do {} while (outbox.drain(messages -> {}) > 0);
    }

    private long bellsOfJobs() {
        return QuarkusTransaction.requiringNew().call(() -> (Long) entities.createNativeQuery(
                        "select count(*) from outbox o join job j on o.key = cast(j.id as text)", Long.class)
                .getSingleResult());
    }

    private static QueueContext told(QueueContext.Reason reason, int ofTenant, int ahead, int running, int own) {
        return told(reason, Priority.NORMAL, ofTenant, ahead, running, own);
    }

    private static QueueContext told(
            QueueContext.Reason reason, Priority priority, int ofTenant, int ahead, int running, int own) {
        return new QueueContext(reason, priority, ofTenant, ahead, running, own, null);
    }

    private static QuantizationJobSpec withPriority(QuantizationJobSpec spec, Priority priority) {
        return MergePatch.apply(
                spec, Json.mapper().createObjectNode().put("priority", priority.id()), QuantizationJobSpec.class);
    }

    private QueueContext context(String id) {
        return jobs.queueContext(id).orElseThrow();
    }

    private Claim next() {
        return jobs.claimNext("w1", LEASE).orElseThrow();
    }

    private List<String> submit(String tenant, int number) {
        return submit(tenant, number, Priority.NORMAL);
    }

    private List<String> submit(String tenant, int number, Priority priority) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            NewJob job = Given.job("{}", UUID.randomUUID().toString());
            ids.add(jobs.submit(new NewJob(
                            tenant,
                            withPriority(job.spec(), priority),
                            job.recipe(),
                            job.model(),
                            job.calibration(),
                            job.evaluationDatasets(),
                            job.idempotencyKey(),
                            job.requestFingerprint(),
                            null))
                    .job()
                    .id());
        }
        return ids;
    }
}
