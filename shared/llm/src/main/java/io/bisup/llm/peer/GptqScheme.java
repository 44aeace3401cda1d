package io.bisup.llm.peer;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.llm.config.JsonFields;
import io.bisup.llm.config.ModelConfigException;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * The scheme of AutoGPTQ and GPTQModel, which transformers and vLLM read. A linear layer is packed where its codes are in the
 * checkpoint or its weight is not, because no list in config.json tells.
 */
record GptqScheme(GptqLayout packed) implements PeerScheme {

    static final String METHOD = "gptq";
    private static final Set<Integer> BITS = Set.of(2, 3, 4, 8);

    static GptqScheme read(JsonFields fields) {
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
        return new GptqScheme(new GptqLayout(
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

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public void check(Collection<PeerModule> modules) {
        // One setting for all layers: nothing names a module.
    }

    @Override
    public Optional<PackedLayout> layout(PeerModule module, Set<String> stored) {
        return Packed.isPacked(module, stored) ? Optional.of(packed) : Optional.empty();
    }

    @Override
    public Optional<PeerInput> input(PeerModule module) {
        return Optional.empty();
    }
}
