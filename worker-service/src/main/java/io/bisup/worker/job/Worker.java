package io.bisup.worker.job;

import io.bisup.contract.Doorbell;
import io.bisup.platform.dispatch.Doorbells;
import io.bisup.platform.job.ExportStore;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.work.FileCache;
import io.bisup.platform.work.Predecessor;
import io.bisup.platform.work.WorkFolder;
import io.bisup.platform.work.WorkSettings;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The supervisor: listens to the doorbell from start to stop, claims one job or export at a time and has it computed by a process of
 * its own; on stop the job in hand goes back.
 */
@ApplicationScoped
class Worker {

    private static final Logger LOG = Logger.getLogger(Worker.class);

    private final JobStore jobs;
    private final ExportStore exports;
    private final ObjectStore objects;
    private final Doorbells doorbells;
    private final Predecessor predecessor;
    private final WorkSettings settings;
    private volatile boolean stopping;
    private @Nullable WorkFolder folder;
    private @Nullable AttemptProcesses processes;
    private Doorbells.@Nullable Listening listening;

    Worker(
            JobStore jobs,
            ExportStore exports,
            ObjectStore objects,
            Doorbells doorbells,
            Predecessor predecessor,
            WorkSettings settings) {
        this.jobs = jobs;
        this.exports = exports;
        this.objects = objects;
        this.doorbells = doorbells;
        this.predecessor = predecessor;
        this.settings = settings;
    }

    /** A device that is asked for and missing, or a folder that cannot be written, ends the start with its own message. */
    void start(@Observes StartupEvent event) throws IOException {
        WorkFolder taken = WorkFolder.take(settings.dir());
        folder = taken;
        AttemptProcesses started = new AttemptProcesses(engine(settings), taken.crashes());
        processes = started;
        awaitFirst(started);
        predecessor.report(taken.journal());
        FileCache cache = new FileCache(objects, taken.cache(), settings.cacheBytes(), Clock.systemUTC());
        Workplace place = new Workplace(objects, started, cache, taken, () -> stopping);
        AttemptRunner attempts = new AttemptRunner(jobs, place, settings.grace());
        ExportRunner exporting = new ExportRunner(exports, place);
        listening = doorbells.listen(
                Doorbell.QUANTIZATION_JOBS,
                waited -> jobs.oldestWaiting(waited).or(() -> exports.oldestWaiting(waited)),
                bell -> next(attempts, exporting));
    }

    private static List<String> engine(WorkSettings settings) {
        return Stream.concat(Stream.of(settings.device()), settings.compute().stream())
                .toList();
    }

    /** A bell says that there is work, not which. An export takes minutes, so it is taken before the job that is due next. */
    private Optional<Runnable> next(AttemptRunner attempts, ExportRunner exporting) {
        Optional<Runnable> export =
                exports.claimNext(settings.name(), settings.lease()).map(claim -> guarded(() -> exporting.run(claim)));
        return export.isPresent()
                ? export
                : jobs.claimNext(settings.name(), settings.lease()).map(claim -> guarded(() -> attempts.run(claim)));
    }

    private void awaitFirst(AttemptProcesses started) throws IOException {
        AttemptProcess first = started.take();
        try {
            LOG.infof(
                    "worker %s computes on %s",
                    settings.name(), first.awaitReady(() -> {}).device());
        } catch (RuntimeException e) {
            first.close();
            throw e;
        }
        started.putBack(first);
    }

    /** Without an engine this process is of no use: it ends, and whoever supervises it starts another. */
    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (AttemptProcess.EngineException e) {
                LOG.fatalf("no attempt can be computed here: %s; this process ends", e.getMessage());
                Quarkus.asyncExit(1);
            }
        };
    }

    void stop(@Observes ShutdownEvent event) throws IOException {
        stopping = true;
        if (listening != null) {
            listening.close();
        }
        if (processes != null) {
            processes.close();
        }
        if (folder != null) {
            folder.close();
        }
    }
}
