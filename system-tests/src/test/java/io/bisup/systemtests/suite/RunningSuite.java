package io.bisup.systemtests.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.cli.rest.JobView;
import io.bisup.cli.rest.Jobs;
import io.bisup.cli.rest.ServiceClient;
import io.bisup.cli.rest.ServiceException;
import io.bisup.cli.rest.UnreachableException;
import io.bisup.cli.suite.Guardian;
import io.bisup.cli.suite.Member;
import io.bisup.cli.suite.Suite;
import io.bisup.cli.suite.SuiteFolders;
import io.bisup.cli.suite.SuiteSettings;
import io.bisup.contract.EvaluationSpec;
import io.bisup.contract.Json;
import io.bisup.contract.Priority;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.RecipeReference;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.RecipeDocument;
import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import io.bisup.systemtests.PostgresServer;
import io.bisup.systemtests.Project;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A suite of its own, in a folder of its own, with the demo model and its texts registered. */
public final class RunningSuite implements AutoCloseable {

    /** What the services are shipped with: a lease is half a minute. */
    static final Map<String, String> AS_SHIPPED = Map.of();

    /** Short, so that a killed worker's job is taken over in seconds and not in half a minute. */
    static final Duration LEASE = Duration.ofSeconds(3);

    private static final Map<String, String> QUICK = Map.of(
            "bisup.work.lease",
            LEASE.toSeconds() + "S",
            Guardian.LONGEST_PAUSE,
            "PT2S",
            "bisup.housekeeping.sweep-interval",
            "1S");

    /** Characters that are evaluated on: what is measured is no matter here. */
    private static final int STORIES = 4_000;

    private final Suite suite;
    private final SuiteFolders folders;
    private final Path data;
    private final ServiceClient client;
    private final Jobs jobs;
    private final JobReader reader;

    private RunningSuite(Suite suite, SuiteFolders folders) {
        this.suite = suite;
        this.folders = folders;
        this.data = folders.data();
        this.client = new ServiceClient(suite.address());
        this.jobs = new Jobs(client);
        this.reader = new JobReader(client);
    }

    /** A suite with short leases. */
    public static RunningSuite start(Path folder) throws IOException {
        return start(folder, QUICK);
    }

    /** @param settings of every service, over its defaults */
    static RunningSuite start(Path folder, Map<String, String> settings) throws IOException {
        Path data = folder.resolve("data");
        SuiteFolders folders = new SuiteFolders(Project.home(), folder.resolve("state"), data);
        Suite suite = new Suite(folders, new SuiteSettings(0, settings));
        suite.start();
        RunningSuite running = new RunningSuite(suite, folders);
        running.register(folder);
        return running;
    }

    private void register(Path folder) throws IOException {
        Path model = Project.home().resolve("demo-model/model");
        client.post(
                "/v1/models",
                Json.write(Map.of("name", "demo", "source", model.toUri().toString())),
                Map.of());
        putText(folder, "calibration", String.join("\n\n", DemoCorpus.train()));
        putText(folder, "stories", DemoCorpus.test(Register.STORIES).substring(0, STORIES));
    }

    /** Registers a text under {@code name}; {@code folder} takes its file. */
    void putText(Path folder, String name, String text) throws IOException {
        Path file = Files.writeString(folder.resolve(name + ".txt"), text);
        client.put("/v1/datasets/" + name, file, "text/plain");
    }

    /** A BiSup job with every stage on that learns for two epochs and holds two windows out, so that it is done in seconds. */
    public static QuantizationJobSpec smallJob(List<EvaluationSpec> evaluation) {
        ObjectNode learning = Json.mapper()
                .createObjectNode()
                .put("epochs", 2)
                .put("rate", 0.005)
                .put("lowRankRate", 0.0005)
                .put("heldOut", 2);
        learning.putArray("of").add("ranges").add("transforms").add("low_rank");
        ObjectNode recipe = Json.mapper()
                .createObjectNode()
                .put("version", 2)
                .put("name", "small")
                .put("base", "bisup-w3a3-g128");
        return job(new RecipeReference.Inline(RecipeDocument.of(recipe.set("learning", learning))), evaluation);
    }

    /** A job that learns nothing, for many of them. */
    public static QuantizationJobSpec briefJob(List<EvaluationSpec> evaluation) {
        return job(new RecipeReference.Preset("gptq-w4a16-g128"), evaluation);
    }

    private static QuantizationJobSpec job(RecipeReference recipe, List<EvaluationSpec> evaluation) {
        return new QuantizationJobSpec(
                "demo",
                recipe,
                "calibration",
                new Calibration(5, 32, 0),
                DemoCorpus.SYSTEM_PROMPT,
                evaluation,
                null,
                List.of(),
                Priority.NORMAL,
                null,
                Map.of());
    }

    JobView submit(QuantizationJobSpec spec) {
        return jobs.submit(spec);
    }

    JobView submit(QuantizationJobSpec spec, String key) {
        return jobs.submit(spec, key);
    }

    /** The job, whose answers so far this one must follow. */
    JobView get(String id) {
        return reader.get(id);
    }

    /** The job's attempts, which hold those of earlier answers. */
    JsonNode attempts(String id) {
        return reader.attempts(id);
    }

    /** Has dead members started again. */
    void guard() {
        suite.guard();
    }

    Optional<ProcessHandle> process(Member member) {
        return suite.process(member);
    }

    /** The process of the database's server. */
    Optional<ProcessHandle> postgres() {
        return PostgresServer.under(data);
    }

    /** Asks again while the service is not there or says 503 because a store is away; any other error fails. */
    <T> T patiently(Supplier<T> request) {
        Instant end = Instant.now().plus(Duration.ofMinutes(5));
        while (true) {
            try {
                return request.get();
            } catch (UnreachableException | ServiceException e) {
                boolean away = !(e instanceof ServiceException answered) || answered.status() == 503;
                if (!away || Instant.now().isAfter(end)) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
            }
        }
    }

    public ServiceClient client() {
        return client;
    }

    /** The published artifact's manifest. */
    JsonNode artifact(String jobId) {
        return client.get("/v1/artifacts/" + jobId);
    }

    /** The job once it is over. */
    public JobView await(String id, Duration limit) {
        return await(id, limit, job -> job.state().terminal());
    }

    /** The job once it is as wanted. What an ended job says of its life is checked. */
    public JobView await(String id, Duration limit, Predicate<JobView> wanted) {
        Instant end = Instant.now().plus(limit);
        JobView job = patiently(() -> get(id));
        while (!wanted.test(job)) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError(
                        "job " + id + " is still " + job.state() + " after " + limit + ": " + job.json());
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            job = patiently(() -> get(id));
        }
        if (job.state().terminal()) {
            patiently(() -> {
                reader.requireGoodHistory(id);
                return id;
            });
        }
        return job;
    }

    /** A connection to the suite's database. */
    public Connection database() throws IOException, SQLException {
        Properties stores = new Properties();
        try (Reader in = Files.newBufferedReader(folders.stackProperties())) {
            stores.load(in);
        }
        return DriverManager.getConnection(
                stores.getProperty("quarkus.datasource.jdbc.url"),
                stores.getProperty("quarkus.datasource.username"),
                stores.getProperty("quarkus.datasource.password"));
    }

    /** SIGKILL: the process gets no chance to say good-bye. */
    void kill(Member member) {
        ProcessHandle process = suite.process(member).orElseThrow();
        process.destroyForcibly();
        process.onExit().join();
    }

    /**
     * SIGTERM: the process hands over what it has in hand, and ends.
     *
     * @return how long that took
     */
    Duration terminate(Member member) {
        ProcessHandle process = suite.process(member).orElseThrow();
        Instant begin = Instant.now();
        assertThat(process.destroy()).as("SIGTERM was sent").isTrue();
        process.onExit().join();
        return Duration.between(begin, Instant.now());
    }

    /**
     * Waits until a guarded member that has ended is up again.
     *
     * @return how long its new process took to be ready
     */
    Duration awaitReady(Member member) {
        Instant end = Instant.now().plus(Duration.ofMinutes(3));
        while (suite.unwell().contains(member)) {
            assertThat(Instant.now()).as("%s is not ready", member.id()).isBefore(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        Instant ready = Instant.now();
        Instant begun =
                suite.process(member).orElseThrow().info().startInstant().orElseThrow();
        return Duration.between(begun, ready);
    }

    void startAgain(Member member) {
        suite.startService(member);
    }

    @Override
    public void close() {
        suite.stop();
    }
}
