package io.bisup.export.compressed;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Scope;
import org.jspecify.annotations.Nullable;

/** The {@code quantization_config} of a config.json: every field that the readers know and none that they do not (formats §1). */
final class QuantizationConfig {

    /** The release of compressed-tensors whose packing of 3, 5, 6 and 7 bits is followed. */
    private static final String VERSION = "0.18.0";

    private QuantizationConfig() {}

    static ObjectNode of(Scheme scheme, Precision precision) {
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.put("version", VERSION);
        config.put("quant_method", "compressed-tensors");
        config.putObject("sparsity_config");
        config.putObject("transform_config");
        config.put("format", scheme.wireName());
        config.put("quantization_status", "compressed");
        config.putNull("global_compression_ratio");
        config.putArray("ignore").add("lm_head");
        config.putNull("kv_cache_scheme");
        config.putObject("config_groups").set("group_0", group(scheme, precision));
        return config;
    }

    private static ObjectNode group(Scheme scheme, Precision precision) {
        ObjectNode group = JsonNodeFactory.instance.objectNode();
        group.putArray("targets").add("Linear");
        group.set("weights", weights(precision.weights()));
        if (precision.inputs().quantizes()) {
            group.set("input_activations", inputs(precision.inputs()));
        } else {
            group.putNull("input_activations");
        }
        group.putNull("output_activations");
        group.put("format", scheme.wireName());
        return group;
    }

    private static ObjectNode weights(Format format) {
        return arguments(format, "channel", false, "memoryless_minmax");
    }

    private static ObjectNode inputs(Format format) {
        return arguments(format, "token", true, null);
    }

    private static ObjectNode arguments(Format format, String ofRows, boolean dynamic, @Nullable String observer) {
        ObjectNode args = JsonNodeFactory.instance.objectNode();
        args.put("num_bits", format.bits());
        args.put("type", "int");
        args.put("symmetric", format.symmetric());
        if (format.scope() instanceof Scope.Channels channels) {
            args.put("strategy", "group");
            args.put("group_size", channels.columns());
        } else {
            args.put("strategy", ofRows);
            args.putNull("group_size");
        }
        args.putNull("block_structure");
        args.put("dynamic", dynamic);
        args.putNull("actorder");
        args.putNull("scale_dtype");
        args.put("zp_dtype", format.symmetric() ? null : "torch.int8");
        args.put("observer", observer);
        args.putObject("observer_kwargs");
        return args;
    }
}
