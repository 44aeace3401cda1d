package io.bisup.llm.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A config.json, of a checkpoint as trained or of one that another tool quantized.
 *
 * @param model the model's shape
 * @param quantization the object {@value #QUANTIZATION}, which says how the weights are stored; null for one as trained
 */
public record ConfigDocument(DecoderConfig model, @Nullable JsonFields quantization) {

    /** Name of the file. */
    public static final String FILE = "config.json";

    /** The field in which other tools say how they stored the weights. */
    public static final String QUANTIZATION = "quantization_config";

    /**
     * Reads the file of a checkpoint folder.
     *
     * @throws ModelConfigException if it is missing, malformed or describes a model that cannot be run
     */
    public static ConfigDocument read(Path directory) {
        return parse(DecoderConfigReader.bytes(directory.resolve(FILE)));
    }

    /** Parses the text of the file; the same rules as {@link #read}. */
    public static ConfigDocument parse(byte[] json) {
        return DecoderConfigReader.document(json, FILE);
    }
}
