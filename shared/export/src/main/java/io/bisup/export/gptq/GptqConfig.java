package io.bisup.export.gptq;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;

/** The {@code quantization_config} of a GPTQ folder (formats §7). */
final class GptqConfig {

    private static final int WHOLE_ROW = -1;

    private GptqConfig() {}

    static ObjectNode of(Format weights) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("quant_method", "gptq");
        config.put("checkpoint_format", version(weights));
        config.put("bits", weights.bits());
        config.put("group_size", groupSize(weights));
        config.put("sym", weights.symmetric());
        config.put("desc_act", false);
        config.put("static_groups", false);
        config.put("true_sequential", true);
        config.put("lm_head", false);
        config.put("damp_percent", 0.01);
        config.put("pack_dtype", "int32");
        return config;
    }

    /** How zero points are stored. */
    static String version(Format weights) {
        return weights.symmetric() ? "gptq" : "gptq_v2";
    }

    private static int groupSize(Format weights) {
        return weights.scope() instanceof Scope.Channels channels ? channels.columns() : WHOLE_ROW;
    }
}
