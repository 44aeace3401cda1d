package io.bisup.eval.job;

import io.bisup.contract.Doorbell;
import io.bisup.platform.dispatch.Doorbells;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.work.ClaimJournal;
import io.bisup.platform.work.FileCache;
import io.bisup.platform.work.Predecessor;
import io.bisup.platform.work.WorkFolder;
import io.bisup.platform.work.WorkSettings;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The process: answers the doorbell from start to stop, one evaluation at a time; on stop the one in hand goes back. */
@ApplicationScoped
class EvaluationListener {

    private static final int LOOKED_AT = 16;

    private final Doorbells doorbells;
    private final EvaluationStore store;
    private final EvaluationJobStore alone;
    private final ObjectStore objects;
    private final Engine engine;
    private final Predecessor predecessor;
    private final WorkSettings settings;
    private volatile boolean stopping;
    private @Nullable WorkFolder folder;
    private Doorbells.@Nullable Listening listening;

    EvaluationListener(
            Doorbells doorbells,
            EvaluationStore store,
            EvaluationJobStore alone,
            ObjectStore objects,
            Engine engine,
            Predecessor predecessor,
            WorkSettings settings) {
        this.doorbells = doorbells;
        this.store = store;
        this.alone = alone;
        this.objects = objects;
        this.engine = engine;
        this.predecessor = predecessor;
        this.settings = settings;
    }

    void start(@Observes StartupEvent event) throws IOException {
        WorkFolder taken = WorkFolder.take(settings.dir());
        folder = taken;
        ClaimJournal journal = taken.journal();
        predecessor.report(journal);
        Clock clock = Clock.systemUTC();
        FileCache cache = new FileCache(objects, taken.cache(), settings.cacheBytes(), clock);
        Measurements measurements =
                new Measurements(engine.runtime(), new EvaluationFiles(cache), store, objects, clock);
        EvaluationAttempt ofJobs = new EvaluationAttempt(store, measurements, journal, () -> stopping, clock);
        EvaluationAttempt ofTheirOwn = new EvaluationAttempt(alone, measurements, journal, () -> stopping, clock);
        listening = doorbells.listen(
                Doorbell.EVALUATION_JOBS,
                waited -> store.oldestWaiting(waited).or(() -> alone.oldestWaitingJob(waited)),
                bell -> next(ofJobs, ofTheirOwn));
    }

    /** A bell says that there is work, not which. Others may claim at the same moment, so more than one is looked at. */
    private Optional<Runnable> next(EvaluationAttempt ofJobs, EvaluationAttempt ofTheirOwn) {
        return store.due(LOOKED_AT).stream()
                .map(id -> claim(id, ofJobs, ofTheirOwn))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** An id is that of a job's evaluation or that of an evaluation of its own. */
    private Optional<Runnable> claim(String id, EvaluationAttempt ofJobs, EvaluationAttempt ofTheirOwn) {
        Optional<EvaluationClaim> claim = store.claim(id, settings.name(), settings.lease());
        if (claim.isPresent()) {
            return claim.map(held -> () -> ofJobs.run(held));
        }
        return alone.claimJob(id, settings.name(), settings.lease()).map(held -> () -> ofTheirOwn.run(held));
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
