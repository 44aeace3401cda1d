package io.bisup.worker.attempt;

import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.data.TextDataset;
import io.bisup.llm.folder.ModelFailures;
import io.bisup.llm.tensor.Compute;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.platform.process.ChildMain;
import io.bisup.platform.work.Failures;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.run.FolderQuantization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The main class of an attempt's process: loads the tensor library and carries out one {@link AttemptOrder} after the other. It is
 * ended by being killed, at any time: whatever was not committed is computed again.
 */
public final class AttemptMain {

    private final ChildMain supervisor;
    private final TensorRuntime runtime;

    private AttemptMain(ChildMain supervisor, TensorRuntime runtime) {
        this.supervisor = supervisor;
        this.runtime = runtime;
    }

    /**
     * Carries out orders until one fails.
     *
     * @param arguments the device (auto, cpu or cuda:N), and the format of matrix products (auto, float32 or bfloat16) unless
     *     it is the device's usual one
     */
    @SuppressWarnings("SystemOut") // standard error is the log of this process
    public static void main(String[] arguments) {
        // Or DJL asks the cloud's metadata address for the kind of machine.
        System.setProperty("ai.djl.offline", "true");
        ChildMain supervisor = ChildMain.open();
        boolean ready = false;
        try (TensorRuntime opened = TensorRuntime.open(ComputeDevice.parse(arguments[0]))) {
            TensorRuntime runtime =
                    arguments.length == 1 ? opened : opened.computing(Compute.parse(arguments[1], opened));
            supervisor.say(new AttemptMessage.Ready(EngineIdentity.of(runtime)).line());
            ready = true;
            AttemptMain main = new AttemptMain(supervisor, runtime);
            while (true) {
                main.say(main.carriedOut(AttemptOrder.parse(supervisor.next())));
            }
        } catch (Throwable e) {
            e.printStackTrace(System.err);
            supervisor.say((ready ? ofAnOrder(e) : ofTheStart(e)).line());
        }
        System.exit(0);
    }

    private static AttemptMessage.Failed ofAnOrder(Throwable thrown) {
        Failure failure = Failures.of(thrown, null, null, 0);
        return new AttemptMessage.Failed(failure.code(), failure.message());
    }

    /** Before there is an order there is no tenant: the operator reads what exactly is wrong with the settings or the machine. */
    private static AttemptMessage.Failed ofTheStart(Throwable thrown) {
        return new AttemptMessage.Failed(FailureCode.INTERNAL, String.valueOf(thrown.getMessage()));
    }

    private AttemptMessage carriedOut(AttemptOrder order) throws IOException {
        return switch (order) {
            case AttemptOrder.Quantize quantize -> compute(quantize);
            case AttemptOrder.Export export -> new ExportWriting(this::say).carryOut(export);
        };
    }

    private AttemptMessage compute(AttemptOrder.Quantize order) throws IOException {
        FolderQuantization.Request request = new FolderQuantization.Request(
                Path.of(order.model()),
                order.modelDigest(),
                order.recipe(),
                TextDataset.read(
                                Path.of(order.calibration()),
                                order.dataset().name(),
                                order.dataset().format())
                        .text(),
                order.systemPrompt(),
                order.evaluationWindow());
        Path target = Path.of(order.target());
        List<Path> finished = order.finished().stream().map(target::resolve).toList();
        try {
            FolderQuantization.Result result = new FolderQuantization(runtime, tellsOfTheFirstStep(finished.size()))
                    .run(request, target, finished, (shard, report) -> {
                        say(new AttemptMessage.Block(report, name(shard)));
                        awaitCommit();
                    });
            return new AttemptMessage.Done(
                    result.files().stream().map(AttemptMain::name).toList());
        } catch (RuntimeException e) {
            throw ModelFailures.coded(e);
        }
    }

    private Control tellsOfTheFirstStep(int from) {
        AtomicBoolean told = new AtomicBoolean();
        return () -> {
            if (!told.getAndSet(true)) {
                say(new AttemptMessage.Computing(from));
            }
        };
    }

    private void say(AttemptMessage message) {
        supervisor.say(message.line());
    }

    private void awaitCommit() {
        try {
            String answer = supervisor.next();
            if (!answer.equals(AttemptOrder.GO_ON)) {
                throw new IllegalStateException(
                        "the supervisor says '" + answer + "' instead of " + AttemptOrder.GO_ON);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a block was committed", e);
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
