package io.bisup.systemtests.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.rest.JobView;
import io.bisup.cli.rest.Jobs;
import io.bisup.cli.rest.ServiceClient;
import io.bisup.cli.suite.Member;
import io.bisup.contract.JobState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two api-services and two workers on the same stores. It does not matter which api-service is asked, nor that one dies: a key
 * is one job, a stream goes on at the other. Each job is worked on once, by either worker; a worker that is gone loses its job to
 * the other when its lease has run out.
 */
class SeveralMembersTest {

    private static final String JOBS = "/v1/quantization-jobs/";
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** Long enough for a heartbeat among six processes on two cores: a lease that runs out there is no fault of theirs. */
    private static final Map<String, String> SETTINGS =
            Map.of("bisup.work.lease", "15S", "bisup.housekeeping.sweep-interval", "1S");

    private static final int ALTERNATING = 3;
    private static final int RACES = 2;
    private static final String SECOND = "second-worker";

    @Test
    void eachJobIsDoneOnceWhoeverTakesItAndWhoeverDies(@TempDir Path folder) throws Exception {
        try (RunningSuite suite = RunningSuite.start(folder, SETTINGS);
                Twin api = Twin.of(suite.process(Member.API).orElseThrow(), folder, "second-api");
                Twin worker = Twin.of(suite.process(Member.WORKER).orElseThrow(), folder, SECOND)) {
            api.awaitReady();
            worker.awaitReady();
            ServiceClient second = new ServiceClient(api.address());
            List<Jobs> services = List.of(new Jobs(suite.client()), new Jobs(second));

            Set<String> ids = new LinkedHashSet<>(raced(services));
            for (int i = 0; i < ALTERNATING; i++) {
                ids.add(services.get(i % 2)
                        .submit(RunningSuite.briefJob(List.of()))
                        .id());
            }
            assertThat(ids).hasSize(RACES + ALTERNATING);
            JobView last = services.getFirst().submit(RunningSuite.smallJob(List.of()));
            EventReader whole = new EventReader(List.of(api.address()), last.id());
            EventReader broken = new EventReader(List.of(suite.client().server(), api.address()), last.id());
            List<Thread> reading = List.of(Thread.startVirtualThread(whole), Thread.startVirtualThread(broken));

            until(() -> !broken.seen().isEmpty() && done(second, last) > 0);
            suite.kill(Member.API);
            String digest = finished(second, last.id(), 1);
            for (Thread reader : reading) {
                assertThat(reader.join(Duration.ofMinutes(1)))
                        .as("the stream ends")
                        .isTrue();
            }
            assertThat(broken.broken()).isEqualTo(1);
            gapFree(second, last, whole);
            gapFree(second, last, broken);
            workedOnOnceByBoth(second, ids);
            survivorGoesOn(suite, worker, second, digest);
        }
    }

    /** The same key through both services at the same time, and again: one job each. */
    private static List<String> raced(List<Jobs> services) throws Exception {
        List<String> ids = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < RACES; i++) {
                String key = UUID.randomUUID().toString();
                List<Callable<String>> posts = new ArrayList<>();
                for (int copy = 0; copy < 2; copy++) {
                    services.forEach(service -> posts.add(() -> service.submit(RunningSuite.briefJob(List.of()), key)
                            .id()));
                }
                Set<String> answered = new LinkedHashSet<>();
                for (Future<String> post : threads.invokeAll(posts)) {
                    answered.add(post.get());
                }
                assertThat(answered).as("jobs of one key").hasSize(1);
                ids.addAll(answered);
            }
        }
        return ids;
    }

    private static int done(ServiceClient service, JobView job) {
        return new Jobs(service).get(job.id()).blocksDone();
    }

    private static void gapFree(ServiceClient service, JobView job, EventReader reader) {
        long events = service.get(JOBS + job.id()).path("lastSequence").asLong();
        assertThat(reader.seen())
                .isEqualTo(LongStream.rangeClosed(1, events).boxed().toList());
    }

    private static void workedOnOnceByBoth(ServiceClient service, Set<String> ids) {
        List<String> workers = new ArrayList<>();
        for (String id : ids) {
            finished(service, id, 1);
            workers.add(attempts(service, id).path(0).path("workerId").asText());
        }
        System.out.printf("SeveralMembersTest: %d jobs, by %s%n", ids.size(), workers);
        assertThat(Set.copyOf(workers)).as("workers").hasSize(2).contains(SECOND);
        assertThat(service.get(JOBS + "?pageSize=100").path("items"))
                .as("all jobs there are")
                .hasSize(ids.size() + 1);
    }

    /** Whichever worker has the job is killed; nobody starts it again. */
    private static void survivorGoesOn(RunningSuite suite, Twin worker, ServiceClient service, String digest) {
        JobView job = new Jobs(service).submit(RunningSuite.smallJob(List.of()));
        JobView killedAt = await(service, job.id(), j -> j.blocksDone() > 0);
        String holder = attempts(service, job.id()).path(0).path("workerId").asText();
        ProcessHandle killed = holder.equals(SECOND)
                ? worker.process()
                : suite.process(Member.WORKER).orElseThrow();
        killed.destroyForcibly();
        killed.onExit().join();
        assertThat(finished(service, job.id(), 2)).isEqualTo(digest);

        JsonNode attempts = attempts(service, job.id());
        assertThat(attempts.findValuesAsText("outcome")).containsExactly("lost", "published");
        assertThat(attempts.path(0).path("failure").path("message").asText())
                .startsWith("worker " + holder + " sent no heartbeat until");
        assertThat(attempts.path(1).path("workerId").asText()).isNotEqualTo(holder);
        assertThat(attempts.path(1).path("resumedFromBlock").asInt()).isGreaterThanOrEqualTo(killedAt.blocksDone());
    }

    /** The job has succeeded after so many attempts, and its history holds; the artifact's digest. */
    private static String finished(ServiceClient service, String id, int attempts) {
        JobView done = await(service, id, job -> job.state().terminal());
        assertThat(done.state()).as(() -> done.json().toString()).isEqualTo(JobState.SUCCEEDED);
        JsonNode tries = attempts(service, id);
        assertThat(tries).as("attempts of job %s", id).hasSize(attempts);
        JsonNode events = service.get(JOBS + id + "/events?limit=1000").path("events");
        assertThat(HistoryChecker.faults(events, tries)).as(events::toString).isEmpty();
        return service.get("/v1/artifacts/" + id).path("digest").asText();
    }

    private static JsonNode attempts(ServiceClient service, String id) {
        return service.get(JOBS + id + "/attempts");
    }

    private static JobView await(ServiceClient service, String id, Predicate<JobView> wanted) {
        Jobs jobs = new Jobs(service);
        until(() -> wanted.test(jobs.get(id)));
        return jobs.get(id);
    }

    private static void until(BooleanSupplier wanted) {
        Instant end = Instant.now().plus(LIMIT);
        while (!wanted.getAsBoolean()) {
            assertThat(Instant.now()).as("the time to wait until").isBefore(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }
}
