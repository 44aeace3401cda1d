package io.bisup.llm.peer;

import io.bisup.llm.config.JsonFields;
import io.bisup.llm.config.ModelConfigException;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The scheme of AutoAWQ's GEMM version, which transformers and vLLM read; layers are told as in {@link GptqScheme}. */
record AwqScheme(AwqLayout packed) implements PeerScheme {

    static final String METHOD = "awq";

    static AwqScheme read(JsonFields fields) {
        int bits = fields.integer("bits");
        if (bits != AwqLayout.BITS) {
            throw ModelConfigException.unsupported(
                    fields.prefix() + "bits", bits + " bits are not implemented", "AWQ has 4");
        }
        String version = fields.text("version");
        if (version != null && !version.toLowerCase(Locale.ROOT).equals("gemm")) {
            throw ModelConfigException.unsupported(
                    fields.prefix() + "version", "\"" + version + "\" is not implemented", "use gemm");
        }
        if (fields.find("zero_point") != null && !fields.flag("zero_point")) {
            throw ModelConfigException.unsupported(
                    fields.prefix() + "zero_point", "weights without zero points are not implemented", "use true");
        }
        return new AwqScheme(new AwqLayout(GroupSize.read(fields)));
    }

    @Override
    public String method() {
        return METHOD;
    }

    @Override
    public void check(Collection<PeerModule> modules) {
        // What modules_to_not_convert leaves out shows in the checkpoint's tensors.
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
