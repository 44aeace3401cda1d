package io.bisup.api.trial;

import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.MalformedCheckpointException;
import io.bisup.llm.config.ConfigDocument;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelConfigException;
import io.bisup.llm.peer.QuantizedModel;
import io.bisup.llm.token.Tokenizer;
import io.bisup.llm.token.TokenizerException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/** Opens a model's folder as the engine opens it, without reading a weight, and puts a short text through its tokenizer. */
final class Trial {

    private static final String CHECKPOINT = "the checkpoint";
    private static final String TEXT = "The quick brown fox jumps over 13 lazy dogs.\n";
    private static final int MAX_MESSAGE = 600;

    private final Path folder;
    private final Consumer<TrialMessage> parent;
    private String part = CHECKPOINT;

    /**
     * The trial of one folder.
     *
     * @param parent is told which part is opened next
     */
    Trial(Path folder, Consumer<TrialMessage> parent) {
        this.folder = folder;
        this.parent = parent;
    }

    TrialMessage.Answer run() {
        try {
            opening(CHECKPOINT);
            DecoderConfig config = checkpoint();
            if (!Files.exists(folder.resolve(Tokenizer.FILE))) {
                return new TrialMessage.Loaded(0);
            }
            opening(Tokenizer.FILE);
            return new TrialMessage.Loaded(tokenizer(config.vocabSize()));
        } catch (MalformedCheckpointException | ModelConfigException | TokenizerException e) {
            return new TrialMessage.Refused(told(e));
        } catch (OutOfMemoryError e) {
            return new TrialMessage.OutOfMemory(part);
        }
    }

    private void opening(String next) {
        part = next;
        parent.accept(new TrialMessage.Opening(next));
    }

    private DecoderConfig checkpoint() {
        ConfigDocument document = ConfigDocument.read(folder);
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            if (document.quantization() == null) {
                checkpoint.requireMatch(document.model());
            } else {
                QuantizedModel.of(document).check(checkpoint.stored());
            }
        }
        return document.model();
    }

    /** Returns how many ids the text has. */
    private int tokenizer(int rows) {
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            long[] ids = ids(tokenizer);
            LongStream.concat(Arrays.stream(ids), starts(tokenizer))
                    .filter(id -> id < 0 || id >= rows)
                    .findFirst()
                    .ifPresent(id -> {
                        throw refused("it gives the id " + id + ", but the model has " + rows + " rows");
                    });
            return ids.length;
        }
    }

    private static long[] ids(Tokenizer tokenizer) {
        try {
            long[] ids = tokenizer.encode(TEXT);
            tokenizer.decode(ids);
            return ids;
        } catch (TokenizerException e) {
            throw e;
        } catch (RuntimeException e) {
            throw refused("a short English text cannot be encoded: " + e.getMessage());
        }
    }

    private static LongStream starts(Tokenizer tokenizer) {
        Long bos = tokenizer.bosId();
        Long eos = tokenizer.eosId();
        return LongStream.concat(
                bos == null ? LongStream.empty() : LongStream.of(bos),
                eos == null ? LongStream.empty() : LongStream.of(eos));
    }

    private static TokenizerException refused(String cause) {
        return new TokenizerException(Tokenizer.FILE, cause, "use the tokenizer.json of the original checkpoint");
    }

    /** The message without the folder's path, which is the service's own. */
    private String told(RuntimeException e) {
        String message =
                String.valueOf(e.getMessage()).replace(folder + "/", "").replace(folder.toString(), "the folder");
        return message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) + "…" : message;
    }
}
