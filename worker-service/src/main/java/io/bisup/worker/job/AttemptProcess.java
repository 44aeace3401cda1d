package io.bisup.worker.job;

import io.bisup.contract.ExportedBytes;
import io.bisup.contract.FailureCode;
import io.bisup.contract.InvalidSpecException;
import io.bisup.platform.process.ChildJvm;
import io.bisup.platform.process.ChildMain;
import io.bisup.platform.process.Said;
import io.bisup.worker.attempt.AttemptMain;
import io.bisup.worker.attempt.AttemptMessage;
import io.bisup.worker.attempt.AttemptOrder;
import io.bisup.worker.attempt.EngineIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The process of one attempt, seen from its supervisor. It may die at any moment, by its own fault or a model's; the
 * supervisor lives on and tells how it ended.
 */
final class AttemptProcess implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(AttemptProcess.class);
    private static final Duration LOOK = Duration.ofMillis(200);

    private final ChildJvm child;
    private @Nullable EngineIdentity identity;

    private AttemptProcess(ChildJvm child) {
        this.child = child;
    }

    /**
     * Starts a process that loads the tensor library and then waits for orders.
     *
     * @param engine the arguments of {@link AttemptMain#main}
     * @param crashes folder for the JVM's reports of crashes
     */
    static AttemptProcess start(List<String> engine, Path crashes) throws IOException {
        List<String> options = new ArrayList<>(ChildMain.inheritedOptions());
        options.addAll(List.of(
                "-XX:+UseSerialGC",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + crashes.resolve("hs_err.log"),
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager"));
        return new AttemptProcess(
                ChildJvm.start(AttemptMain.class, engine, options, null, line -> LOG.infof("attempt: %s", line)));
    }

    boolean alive() {
        return child.handle().isAlive();
    }

    ProcessHandle handle() {
        return child.handle();
    }

    /**
     * Waits until the tensor library is loaded.
     *
     * @param check called several times a second; its exception passes through
     * @throws EngineException when this process cannot compute at all, whatever the job
     */
    EngineIdentity awaitReady(Runnable check) {
        EngineIdentity known = identity;
        if (known == null) {
            known = firstMessage(check);
            identity = known;
        }
        return known;
    }

    private EngineIdentity firstMessage(Runnable check) {
        try {
            return switch (next(check)) {
                case AttemptMessage.Ready ready -> ready.identity();
                case AttemptMessage.Failed failed -> throw new EngineException(failed.message());
                case AttemptMessage.Computing _,
                        AttemptMessage.Block _,
                        AttemptMessage.Done _,
                        AttemptMessage.Exporting _,
                        AttemptMessage.ExportEnd _ ->
                    throw new EngineException("the attempt's process speaks out of turn");
            };
        } catch (AttemptFailedException e) {
            throw new EngineException(e.getMessage() + " before it took an order: " + e.logTail());
        }
    }

    /** What is told of the attempt until it is done. */
    interface Listener {

        /** The blocks begin. */
        void computing();

        /** A block lies in {@code file}; when this returns the next one begins. */
        void block(AttemptMessage.Block block) throws IOException;
    }

    /**
     * Has the order computed.
     *
     * @param check called several times a second; its exception passes through
     * @return the names of the artifact's files that are no blocks
     * @throws AttemptFailedException when the process says why it failed, or dies
     */
    List<String> compute(AttemptOrder.Quantize order, Runnable check, Listener listener) throws IOException {
        child.send(order.line());
        while (true) {
            switch (next(check)) {
                case AttemptMessage.Computing _ -> listener.computing();
                case AttemptMessage.Block block -> {
                    listener.block(block);
                    child.send(AttemptOrder.GO_ON);
                }
                case AttemptMessage.Done done -> {
                    return done.files();
                }
                case AttemptMessage.Failed failed ->
                    throw new AttemptFailedException(failed.code(), failed.message(), "");
                case AttemptMessage.Ready _, AttemptMessage.Exporting _, AttemptMessage.ExportEnd _ ->
                    throw outOfTurn();
            }
        }
    }

    /**
     * Has an artifact written in the form of another program.
     *
     * @param check called several times a second; its exception passes through
     * @param progress hears how far it is
     * @throws AttemptFailedException when the process says why it failed, or dies
     */
    AttemptMessage.ExportEnd export(AttemptOrder.Export order, Runnable check, Consumer<ExportedBytes> progress) {
        child.send(order.line());
        while (true) {
            switch (next(check)) {
                case AttemptMessage.Exporting exporting -> progress.accept(exporting.written());
                case AttemptMessage.ExportEnd end -> {
                    return end;
                }
                case AttemptMessage.Failed failed ->
                    throw new AttemptFailedException(failed.code(), failed.message(), "");
                case AttemptMessage.Ready _,
                        AttemptMessage.Computing _,
                        AttemptMessage.Block _,
                        AttemptMessage.Done _ -> throw outOfTurn();
            }
        }
    }

    private static AttemptFailedException outOfTurn() {
        return new AttemptFailedException(FailureCode.INTERNAL, "the attempt's process speaks out of turn", "");
    }

    private AttemptMessage next(Runnable check) {
        while (true) {
            check.run();
            switch (heard()) {
                case Said.Message message -> {
                    return parsed(message);
                }
                case Said.Ended ended ->
                    throw new AttemptFailedException(
                            FailureCode.ATTEMPT_KILLED, "the attempt's process ended " + ended.how(), child.tail());
                case Said.Nothing _ -> {}
            }
        }
    }

    private Said heard() {
        try {
            return child.next(LOOK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StopException(StopException.Reason.SHUTDOWN);
        }
    }

    private AttemptMessage parsed(Said.Message message) {
        try {
            return AttemptMessage.parse(message.text());
        } catch (InvalidSpecException e) {
            throw new AttemptFailedException(
                    FailureCode.INTERNAL,
                    "the attempt's process said something unknown: " + e.getMessage(),
                    child.tail());
        }
    }

    /** Kills it and waits until it is gone, and its memory with it. */
    @Override
    public void close() {
        child.close();
    }

    /** No job's fault: the tensor library or the device of this worker does not work. */
    static final class EngineException extends RuntimeException {
        EngineException(String message) {
            super(message);
        }
    }
}
