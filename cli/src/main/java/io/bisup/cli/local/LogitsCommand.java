package io.bisup.cli.local;

import io.bisup.cli.ExitCode;
import io.bisup.cli.UserErrorException;
import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.MalformedCheckpointException;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.folder.OpenModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs a model over token ids. */
@Command(
        name = "logits",
        description = "Compute a model's logits for token ids in a safetensors file.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class LogitsCommand implements Callable<Integer> {

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "checkpoint or artifact folder")
    private Path model;

    @Option(
            names = "--ids",
            required = true,
            paramLabel = "FILE",
            description = "safetensors file with input_ids, I64 or I32 [batch, time]")
    private Path ids;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "safetensors file to write: logits, F32 [batch, time, vocabulary]")
    private Path out;

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or cuda:N")
    private String device;

    @Override
    public Integer call() {
        requireFolder(out);
        TokenBatch batch = read();
        return Engine.with(model, device, "float32", open -> {
            batch.requireFits(open);
            write(open, batch);
            return ExitCode.OK;
        });
    }

    private TokenBatch read() {
        try {
            return TokenBatch.read(ids);
        } catch (MalformedCheckpointException e) {
            throw new UserErrorException("--ids " + e.getMessage());
        }
    }

    private void write(OpenModel open, TokenBatch batch) {
        long vocabulary = open.model().config().vocabSize();
        List<Long> shape = List.of((long) batch.rows().size(), (long) batch.time(), vocabulary);
        TensorSource logits =
                new TensorSource("logits", DType.F32, shape, sink -> RowLogits.write(open.model(), batch, sink));
        try {
            SafetensorsWriter.write(out, Map.of(), List.of(logits));
        } catch (IOException e) {
            throw new UserErrorException("--out " + out + " cannot be written (" + e + ")");
        }
    }

    private static void requireFolder(Path file) {
        if (!Files.isDirectory(file.toAbsolutePath().resolveSibling(""))) {
            throw new UserErrorException("--out " + file + " is in a folder that does not exist; make it first");
        }
    }
}
