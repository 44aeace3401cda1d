package io.bisup.api.preflight;

import io.bisup.llm.config.DecoderConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model's config.json and tensor headers tell, once they fit together.
 *
 * @param config the model's shape
 * @param configJson the text of config.json
 * @param parameters number of parameters
 * @param hasTokenizer whether there is a tokenizer.json
 * @param weightFiles the safetensors files that hold the tensors, and their index when there is one
 * @param quantizedBy the format of another tool that the weights are stored in, as {@code quant_method} spells it; null for a model
 *     as trained
 */
public record Inspection(
        DecoderConfig config,
        String configJson,
        long parameters,
        boolean hasTokenizer,
        List<String> weightFiles,
        @Nullable String quantizedBy) {
    public Inspection {
        weightFiles = List.copyOf(weightFiles);
    }
}
