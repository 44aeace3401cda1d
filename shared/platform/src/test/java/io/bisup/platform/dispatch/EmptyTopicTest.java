package io.bisup.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Doorbell;
import io.bisup.contract.JobState;
import io.bisup.platform.database.Given;
import io.bisup.platform.database.Sweeper;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/**
 * every bell is gone from Kafka and from the outbox; the sweeper rings again, and every job starts, in its order.
 * {@code -Dbisup.empty.jobs=500} is the long form.
 */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class EmptyTopicTest {

    private static final int JOBS = Integer.getInteger("bisup.empty.jobs", 200);

    /** From the sweeper's round on; the listener takes one record at a time. */
    private static final Duration LIMIT = Duration.ofSeconds(Integer.getInteger("bisup.empty.seconds", 120));

    @Inject
    JobStore jobs;

    @Inject
    Sweeper sweeper;

    @Inject
    OutboxRelay relay;

    @Inject
    KafkaSettings settings;

    @Inject
    DeadLetters deadLetters;

    @Inject
    EntityManager entities;

    @Test
    void everyJobStarts() throws Exception {
        forgetOtherTests();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < JOBS; i++) {
            ids.add(jobs.submit(Given.job()).job().id());
        }
        loseEveryBell();
        BlockingQueue<String> started = new LinkedBlockingQueue<>();
        try (var listening = new KafkaDoorbells(
                        new DoorbellTest.Settings(settings.bootstrapServers(), Duration.ofHours(1)), deadLetters)
                .listen(
                        Doorbell.QUANTIZATION_JOBS,
                        w -> Optional.empty(),
                        bell -> jobs.claimNext("w1", Duration.ofMinutes(5)).map(c -> () -> started.add(c.jobId())))) {
            assertThat(listening).isNotNull();
            long begun = System.nanoTime();
            sweeper.sweep();
            while (relay.relay() > 0) {
                assertThat(System.nanoTime() - begun).isLessThan(LIMIT.toNanos());
            }
            List<String> seen = new ArrayList<>();
            while (!seen.containsAll(ids)) {
                String next = started.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
                assertThat(next).as("%d of %d jobs started", seen.size(), JOBS).isNotNull();
                seen.add(next);
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            System.out.printf("EmptyTopicTest: %d jobs started within %d ms%n", JOBS, took.toMillis());
            // The sweeper finds what other tests left, too.
            seen.retainAll(ids);
            assertThat(seen).isEqualTo(ids);
            assertThat(took).isLessThan(LIMIT);
        }
        assertThat(ids)
                .allSatisfy(
                        id -> assertThat(jobs.find(id).orElseThrow().state()).isEqualTo(JobState.RUNNING));
    }

    private void forgetOtherTests() {
        QuarkusTransaction.requiringNew()
                .run(() -> entities.createNativeQuery("update job set state = 'CANCELLED' where state = 'QUEUED'")
                        .executeUpdate());
    }

    /** Out of the outbox, and out of the topic. */
    private void loseEveryBell() throws Exception {
        while (relay.relay() > 0) {
            assertThat(jobs).isNotNull();
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", settings.bootstrapServers()))) {
            int partitions = admin.describeTopics(Set.of(Doorbell.QUANTIZATION_JOBS))
                    .allTopicNames()
                    .get()
                    .get(Doorbell.QUANTIZATION_JOBS)
                    .partitions()
                    .size();
            Map<TopicPartition, RecordsToDelete> all = new java.util.HashMap<>();
            for (int p = 0; p < partitions; p++) {
                all.put(new TopicPartition(Doorbell.QUANTIZATION_JOBS, p), RecordsToDelete.beforeOffset(-1));
            }
            admin.deleteRecords(all).all().get();
        }
        QuarkusTransaction.requiringNew()
                .run(() -> entities.createNativeQuery(
                                "update job set rung_at = rung_at - interval '1 hour' where state = 'QUEUED'")
                        .executeUpdate());
    }
}
