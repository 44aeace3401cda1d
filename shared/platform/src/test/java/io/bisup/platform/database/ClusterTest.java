package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.JobState;
import io.bisup.platform.dispatch.DispatchException;
import io.bisup.platform.dispatch.OutboxRelay;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * four that sweep and relay, eight that work, and one queue: each job starts once, in one attempt, and none is left.
 * {@code -Dbisup.cluster.jobs=10000} is the long form.
 */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class ClusterTest {

    private static final int JOBS = Integer.getInteger("bisup.cluster.jobs", 400);
    private static final int WORKERS = 8;
    private static final int DISPATCHERS = 4;
    private static final Duration LEASE = Duration.ofMinutes(5);

    @Inject
    JobStore jobs;

    @Inject
    Sweeper sweeper;

    @Inject
    OutboxRelay relay;

    @Inject
    EntityManager entities;

    private final Map<String, List<String>> started = new ConcurrentHashMap<>();
    private final AtomicBoolean over = new AtomicBoolean();

    @Test
    void eachJobStartsOnce() throws Exception {
        QuarkusTransaction.requiringNew()
                .run(() -> entities.createNativeQuery("update job set state = 'CANCELLED' where state = 'QUEUED'")
                        .executeUpdate());
        List<String> ids = IntStream.range(0, JOBS)
                .mapToObj(i -> jobs.submit(Given.job(
                                "{\"evaluation\":[]}", UUID.randomUUID().toString()))
                        .job()
                        .id())
                .toList();
        long begun = System.nanoTime();
        try (var threads = Executors.newFixedThreadPool(WORKERS + DISPATCHERS)) {
            Collection<Future<Integer>> dispatchers = Stream.generate(() -> threads.submit(this::dispatch))
                    .limit(DISPATCHERS)
                    .toList();
            List<Callable<Integer>> workers = new ArrayList<>();
            for (int i = 0; i < WORKERS; i++) {
                String name = "w" + i;
                workers.add(() -> work(name));
            }
            int done = 0;
            for (Future<Integer> worker : threads.invokeAll(workers)) {
                done += worker.get();
            }
            over.set(true);
            for (Future<Integer> dispatcher : dispatchers) {
                dispatcher.get();
            }
            System.out.printf(
                    "ClusterTest: %d jobs by %d workers in %d ms%n",
                    done, WORKERS, (System.nanoTime() - begun) / 1_000_000);
        }
        assertThat(started.keySet()).containsAll(ids);
        assertThat(started).allSatisfy((id, by) -> assertThat(by).as(id).hasSize(1));
        assertThat(ids)
                .allSatisfy(id -> assertThat(jobs.find(id).orElseThrow())
                        .returns(JobState.SUCCEEDED, j -> j.state())
                        .returns(1L, j -> j.epoch())
                        .returns(3L, j -> j.lastSequence()));
    }

    private int work(String name) {
        int done = 0;
        for (Optional<Claim> next = jobs.claimNext(name, LEASE); next.isPresent(); next = jobs.claimNext(name, LEASE)) {
            Claim claim = next.get();
            started.computeIfAbsent(claim.jobId(), id -> Collections.synchronizedList(new ArrayList<>()))
                    .add(name);
            jobs.publish(claim, Given.manifest(claim));
            done++;
        }
        return done;
    }

    private void relay() {
        try {
            relay.relay();
        } catch (DispatchException e) {
            System.out.println("ClusterTest: the relay tries again: " + e.getMessage());
        }
    }

    private int dispatch() {
        int rounds = 0;
        while (!over.get()) {
            sweeper.sweep();
            relay();
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            rounds++;
        }
        return rounds;
    }
}
