package io.bisup.llm.peer;

import io.bisup.llm.config.JsonFields;
import io.bisup.llm.config.ModelConfigException;
import java.util.Locale;

/** Reads the scheme of AutoAWQ's GEMM version, which transformers and vLLM load. */
final class AwqScheme {

    static final String METHOD = "awq";

    private AwqScheme() {}

    static PeerScheme read(JsonFields fields) {
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
        return new Packed(METHOD, new AwqLayout(GroupSize.read(fields)));
    }
}
