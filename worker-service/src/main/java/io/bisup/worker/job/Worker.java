package io.bisup.worker.job;

import io.bisup.contract.Doorbell;
import io.bisup.platform.dispatch.Doorbells;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.work.FileCache;
import io.bisup.platform.work.WorkFolder;
import io.bisup.platform.work.WorkSettings;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Clock;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The process: listens to the doorbell from start to stop, one job at a time; on stop the job in hand goes back. */
@ApplicationScoped
class Worker {

    private static final Logger LOG = Logger.getLogger(Worker.class);

    private final JobStore jobs;
    private final ObjectStore objects;
    private final Doorbells doorbells;
    private final Engine engine;
    private final WorkSettings settings;
    private final String codeVersion;
    private volatile boolean stopping;
    private @Nullable WorkFolder folder;
    private Doorbells.@Nullable Listening listening;

    Worker(
            JobStore jobs,
            ObjectStore objects,
            Doorbells doorbells,
            Engine engine,
            WorkSettings settings,
            @ConfigProperty(name = "quarkus.application.version") String codeVersion) {
        this.jobs = jobs;
        this.objects = objects;
        this.doorbells = doorbells;
        this.engine = engine;
        this.settings = settings;
        this.codeVersion = codeVersion;
    }

    /** A device that is asked for and missing, or a folder that cannot be written, ends the start with its own message. */
    void start(@Observes StartupEvent event) throws IOException {
        LOG.infof(
                "worker %s computes on %s in %s",
                settings.name(), engine.runtime().device(), engine.runtime().compute());
        WorkFolder taken = WorkFolder.take(settings.dir());
        folder = taken;
        FileCache cache = new FileCache(objects, taken.cache(), settings.cacheBytes(), Clock.systemUTC());
        AttemptRunner runner = new AttemptRunner(jobs, objects, engine, cache, taken, codeVersion, () -> stopping);
        listening = doorbells.listen(
                Doorbell.QUANTIZATION_JOBS,
                jobs::oldestWaiting,
                id -> jobs.claim(id, settings.name(), settings.lease()).map(claim -> () -> runner.run(claim)));
    }

    void stop(@Observes ShutdownEvent event) throws IOException {
        stopping = true;
        if (listening != null) {
            listening.close();
        }
        if (folder != null) {
            folder.close();
        }
    }
}
