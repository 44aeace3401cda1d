package io.bisup.eval.job;

import io.bisup.contract.Doorbell;
import io.bisup.platform.dispatch.Doorbells;
import io.bisup.platform.job.EvaluationStore;
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
import org.jspecify.annotations.Nullable;

/** The process: answers the doorbell from start to stop, one evaluation at a time; on stop the one in hand goes back. */
@ApplicationScoped
class EvaluationListener {

    private final Doorbells doorbells;
    private final EvaluationStore store;
    private final ObjectStore objects;
    private final Engine engine;
    private final WorkSettings settings;
    private volatile boolean stopping;
    private @Nullable WorkFolder folder;
    private Doorbells.@Nullable Listening listening;

    EvaluationListener(
            Doorbells doorbells, EvaluationStore store, ObjectStore objects, Engine engine, WorkSettings settings) {
        this.doorbells = doorbells;
        this.store = store;
        this.objects = objects;
        this.engine = engine;
        this.settings = settings;
    }

    void start(@Observes StartupEvent event) throws IOException {
        WorkFolder taken = WorkFolder.take(settings.dir());
        folder = taken;
        Clock clock = Clock.systemUTC();
        FileCache cache = new FileCache(objects, taken.cache(), settings.cacheBytes(), clock);
        Measurements measurements = new Measurements(engine.runtime(), new EvaluationFiles(cache), store, clock);
        EvaluationAttempt attempt = new EvaluationAttempt(store, measurements, () -> stopping);
        listening = doorbells.listen(
                Doorbell.EVALUATION_JOBS,
                store::oldestWaiting,
                id -> store.claim(id, settings.name(), settings.lease()).map(claim -> () -> attempt.run(claim)));
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
