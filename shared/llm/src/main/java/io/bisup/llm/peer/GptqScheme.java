package io.bisup.llm.peer;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.llm.config.JsonFields;
import io.bisup.llm.config.ModelConfigException;
import java.util.Set;

/** Reads the scheme of AutoGPTQ and GPTQModel, which transformers and vLLM load. */
final class GptqScheme {

    static final String METHOD = "gptq";
    private static final Set<Integer> BITS = Set.of(2, 3, 4, 8);

    private GptqScheme() {}

    static PeerScheme read(JsonFields fields) {
        JsonNode overrides = fields.find("dynamic");
        if (overrides != null && !overrides.isEmpty()) {
            throw ModelConfigException.unsupported(
                    fields.prefix() + "dynamic",
                    "settings of single layers are not implemented",
                    "use a checkpoint with one setting for all layers");
        }
        int bits = fields.integer("bits");
        if (!BITS.contains(bits)) {
            throw ModelConfigException.unsupported(
                    fields.prefix() + "bits", bits + " bits are not implemented", "use 2, 3, 4 or 8");
        }
        return new Packed(
                METHOD,
                new GptqLayout(
                        bits, GroupSize.read(fields), !version(fields).equals("gptq_v2"), fields.flag("desc_act")));
    }

    private static String version(JsonFields fields) {
        String version = fields.text("checkpoint_format");
        String known = version == null ? "gptq" : version;
        if (!known.equals("gptq") && !known.equals("gptq_v2")) {
            throw ModelConfigException.unsupported(
                    fields.prefix() + "checkpoint_format",
                    "\"" + known + "\" is not implemented",
                    "use gptq or gptq_v2");
        }
        return known;
    }
}
