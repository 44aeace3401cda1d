package io.bisup.api.input;

import io.bisup.api.ApiConfig;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.api.trial.TrialMessage;
import io.bisup.contract.InvalidSpecException;
import io.bisup.platform.process.ChildJvm;
import io.bisup.platform.process.Said;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Hears what one trial's process tells, and says why when it ends without an answer. */
final class TrialWatch {

    private static final Logger LOG = Logger.getLogger(TrialWatch.class);

    /** What the Rust library, C++, the JVM's heap and the JVM itself print when memory runs out. */
    private static final List<String> OUT_OF_MEMORY =
            List.of("memory allocation of ", "std::bad_alloc", "OutOfMemoryError", "insufficient memory");

    private static final int SIGXCPU = 128 + 24;
    private static final String ORIGINAL = "use the files of the original checkpoint";

    private final ApiConfig config;
    private volatile boolean outOfMemory;
    private @Nullable String part;

    TrialWatch(ApiConfig config) {
        this.config = config;
    }

    /** Takes a line of the process's log. */
    void heard(String line) {
        LOG.debugf("trial: %s", line);
        outOfMemory |= OUT_OF_MEMORY.stream().anyMatch(line::contains);
    }

    /**
     * Waits until the process has loaded the model.
     *
     * @throws ProblemException 422 when it cannot, 503 when it did not begin to
     */
    void await(ChildJvm child) throws InterruptedException {
        long end = System.nanoTime() + config.trialTime().toNanos();
        while (true) {
            Said said = child.next(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            switch (said) {
                case Said.Message(String text) -> {
                    if (isLoaded(text)) {
                        return;
                    }
                }
                case Said.Ended ended -> throw ended(ended, child.tail());
                case Said.Nothing _ ->
                    throw overLimit(
                            "it took longer than " + config.trialTime().toSeconds() + " seconds",
                            "bisup.api.trial-time");
            }
        }
    }

    private boolean isLoaded(String text) {
        return switch (message(text)) {
            case TrialMessage.Opening opening -> {
                part = opening.part();
                yield false;
            }
            case TrialMessage.Loaded _ -> true;
            case TrialMessage.Refused refused -> throw refused(refused.message(), ORIGINAL);
            case TrialMessage.OutOfMemory _ -> throw tooLarge();
        };
    }

    /** The process read hostile files, so that what it says may be anything. */
    private TrialMessage message(String text) {
        try {
            return TrialMessage.parse(text);
        } catch (InvalidSpecException e) {
            LOG.warnf("a trial's process said: %s", text);
            throw failed("the process that loaded it answered nothing sensible", ORIGINAL);
        }
    }

    private ProblemException ended(Said.Ended ended, String tail) {
        LOG.warnf("a trial's process ended %s; the end of its log:%n%s", ended.how(), tail);
        if (outOfMemory) {
            return tooLarge();
        }
        if (ended.exitCode() == SIGXCPU) {
            return overLimit(
                    "it takes more than " + config.trialProcessorTime().toSeconds() + " seconds of processor time",
                    "bisup.api.trial-processor-time");
        }
        return failed("the process that loaded it ended " + ended.how(), ORIGINAL);
    }

    private ProblemException tooLarge() {
        return overLimit(
                "it takes more than " + config.trialMemoryBytes() + " bytes of memory", "bisup.api.trial-memory-bytes");
    }

    private ProblemException overLimit(String cause, String setting) {
        return failed(cause, ORIGINAL + ", or have " + setting + " raised");
    }

    private ProblemException failed(String cause, String remedy) {
        return part == null
                ? ModelTrials.busy("its process did not begin: " + cause)
                : refused(part + " cannot be loaded: " + cause, remedy);
    }

    private static ProblemException refused(String message, String remedy) {
        return ProblemException.at(ProblemKind.MALFORMED_CHECKPOINT, "/source", message, remedy);
    }
}
