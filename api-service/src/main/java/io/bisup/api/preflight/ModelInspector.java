package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.FailureCode;
import io.bisup.llm.checkpoint.MalformedCheckpointException;
import io.bisup.llm.checkpoint.ModelMatch;
import io.bisup.llm.checkpoint.StoredTensor;
import io.bisup.llm.config.ConfigDocument;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelConfigException;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.peer.QuantizedModel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads config.json and the headers of the weights, nothing else, and checks that they describe one model we can run. */
public final class ModelInspector {

    static final String CONFIG = "config.json";
    static final String TOKENIZER = "tokenizer.json";
    private static final int MAX_CONFIG_BYTES = 1 << 20;

    private static final Pattern PARSERS_WORDS =
            Pattern.compile(" \\(start marker at \\[Source[^\\]]*\\]\\)|, from `[^`]*`|\\[Source[^\\]]*\\]");

    private ModelInspector() {}

    /**
     * Checks the files.
     *
     * @throws ModelRefusedException when they cannot be run, or are incomplete or damaged
     */
    public static Inspection inspect(ModelFiles files) {
        byte[] json = config(files);
        try {
            ConfigDocument document = ConfigDocument.parse(json);
            DecoderConfig config = document.model();
            WeightHeaders weights = WeightHeaders.read(files);
            String quantizedBy = check(document, weights.tensors());
            if (files.sizes().containsKey(TOKENIZER)) {
                TokenizerFile.check(files, config.vocabSize());
            }
            return new Inspection(
                    config,
                    new String(json, StandardCharsets.UTF_8),
                    quantizedBy == null ? stored(weights) : implied(config),
                    files.sizes().containsKey(TOKENIZER),
                    weights.files(),
                    quantizedBy);
        } catch (ModelConfigException e) {
            throw new ModelRefusedException(kind(e), told(e), remedy(kind(e)));
        } catch (MalformedCheckpointException e) {
            throw damaged(told(e));
        }
    }

    /** Checks the tensors against config.json, and names the other tool's format if they are in one. */
    private static @Nullable String check(ConfigDocument document, List<StoredTensor> tensors) {
        if (document.quantization() == null) {
            ModelMatch.check(document.model(), tensors);
            return null;
        }
        QuantizedModel quantized = QuantizedModel.of(document);
        quantized.check(tensors);
        return quantized.scheme().method();
    }

    private static long stored(WeightHeaders weights) {
        return weights.tensors().stream()
                .mapToLong(tensor -> tensor.entry().elements())
                .sum();
    }

    /** Packed codes are no parameters to be counted. */
    private static long implied(DecoderConfig config) {
        return ModelTensors.expected(config).values().stream()
                .mapToLong(shape -> shape.stream().reduce(1L, Math::multiplyExact))
                .sum();
    }

    static ModelRefusedException damaged(String message) {
        return new ModelRefusedException(
                ProblemKind.MALFORMED_CHECKPOINT, message, remedy(ProblemKind.MALFORMED_CHECKPOINT));
    }

    private static byte[] config(ModelFiles files) {
        Long size = files.sizes().get(CONFIG);
        if (size == null) {
            throw damaged(CONFIG + " is missing: this is no Hugging Face checkpoint folder");
        }
        if (size > MAX_CONFIG_BYTES) {
            throw damaged(CONFIG + " has " + size + " bytes, more than the " + MAX_CONFIG_BYTES + " one may have");
        }
        return files.range(CONFIG, 0, size.intValue());
    }

    private static ProblemKind kind(ModelConfigException e) {
        return switch (e.code()) {
            case UNSUPPORTED_ARCHITECTURE, REMOTE_CODE, UNSUPPORTED_FEATURE -> ProblemKind.UNSUPPORTED_ARCHITECTURE;
            case UNREADABLE_FILE, MALFORMED_JSON, MISSING_FIELD, INVALID_FIELD -> ProblemKind.MALFORMED_CHECKPOINT;
        };
    }

    /** The message without what a parser says of its own insides. */
    private static String told(RuntimeException e) {
        return PARSERS_WORDS.matcher(String.valueOf(e.getMessage())).replaceAll("");
    }

    private static String remedy(ProblemKind kind) {
        return kind == ProblemKind.UNSUPPORTED_ARCHITECTURE
                ? FailureCode.UNSUPPORTED_ARCHITECTURE.remedy()
                : FailureCode.MALFORMED_CHECKPOINT.remedy();
    }
}
