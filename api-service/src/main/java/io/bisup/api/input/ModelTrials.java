package io.bisup.api.input;

import io.bisup.api.ApiConfig;
import io.bisup.api.preflight.Inspection;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.api.trial.TrialMain;
import io.bisup.platform.process.ChildJvm;
import io.bisup.platform.process.ChildLimits;
import io.bisup.platform.process.ChildMain;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Loads models once before they are registered, each in a process of its own with limits on memory and time, so that a file which
 * ends the process that opens it ends that one.
 */
@ApplicationScoped
class ModelTrials {

    private static final int KIBI = 1024;

    private final ApiConfig config;
    private final Semaphore places;

    ModelTrials(ApiConfig config) {
        this.config = config;
        this.places = new Semaphore(config.trials(), true);
    }

    /**
     * Tries a model.
     *
     * @return SHA-256 by name of the small files that were loaded
     * @throws ProblemException 422 when it cannot be loaded within the limits, 503 when too many others are tried
     * @throws java.io.UncheckedIOException when the source cannot be read
     */
    Map<String, String> load(ModelSource source, Inspection inspection) {
        try {
            if (!places.tryAcquire(config.trialWait().toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy("as many others as may be (" + config.trials() + ") are being tried");
            }
            try (StagedModel staged = StagedModel.of(source, inspection)) {
                inItsProcess(staged.folder());
                return staged.digests();
            } catch (IOException e) {
                throw new IllegalStateException("a trial failed by this machine's fault", e);
            } finally {
                places.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy("this service ends");
        }
    }

    private void inItsProcess(Path folder) throws IOException, InterruptedException {
        TrialWatch watch = new TrialWatch(config);
        ChildLimits limits = new ChildLimits(
                config.trialMemoryBytes(),
                Math.toIntExact(config.trialProcessorTime().toSeconds()));
        try (ChildJvm child =
                ChildJvm.start(TrialMain.class, List.of(folder.toString()), options(folder), limits, watch::heard)) {
            watch.await(child);
        }
    }

    private List<String> options(Path folder) {
        // Folders are this process's own; its heap and modules are not.
        List<String> options = new ArrayList<>(ChildMain.inheritedOptions());
        options.removeIf(option -> !option.startsWith("-D"));
        options.addAll(List.of(
                "-Xms16m",
                "-Xmx" + config.trialMemoryBytes() / 2 / KIBI + "k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve("hs_err.log"),
                // The service's own logging takes a fifth of such a process's time, and nobody reads it there.
                "-Dslf4j.provider=org.slf4j.helpers.NOP_FallbackServiceProvider",
                "--enable-native-access=ALL-UNNAMED"));
        return options;
    }

    static ProblemException busy(String cause) {
        return new ProblemException(
                ProblemKind.BUSY, "the model could not be tried: " + cause + "; send the same request again");
    }
}
