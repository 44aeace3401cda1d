package io.bisup.llm.peer;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.llm.config.JsonFields;
import io.bisup.llm.config.ModelConfigException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads the {@code quantization_config} of compressed-tensors; what the engine cannot run is refused by its field. */
final class CompressedTensorsReader {
    private static final String MIXED = "mixed-precision";

    private CompressedTensorsReader() {}

    static CompressedTensors read(JsonFields fields) {
        refuse(fields, "kv_cache_scheme", "a quantized key-value cache");
        refuse(fields, "transform_config", "rotations at run time");
        refuseSparsity(fields);
        JsonFields groups = fields.nested("config_groups");
        if (groups == null || groups.object().isEmpty()) {
            throw ModelConfigException.invalid(
                    fields.prefix() + "config_groups", "is missing or empty", "name the layers that are quantized");
        }
        List<CompressedTensors.Group> read = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : groups.object().properties()) {
            read.add(group(fields, groups, entry.getKey()));
        }
        return new CompressedTensors(read, patterns(fields, "ignore"));
    }

    private static CompressedTensors.Group group(JsonFields fields, JsonFields groups, String name) {
        JsonNode node = groups.require(name);
        if (node.isArray()) {
            throw ModelConfigException.unsupported(
                    groups.prefix() + name,
                    "a preset's name with a list of targets is not implemented",
                    "write the scheme out, as llm-compressor does");
        }
        JsonFields group = Objects.requireNonNull(groups.nested(name));
        refuse(group, "output_activations", "quantized outputs");
        JsonFields weights = group.nested("weights");
        if (weights == null) {
            throw ModelConfigException.unsupported(
                    group.prefix() + "weights", "a group without quantized weights is not implemented", "leave it out");
        }
        JsonFields inputs = group.nested("input_activations");
        return new CompressedTensors.Group(
                group.prefix(),
                patterns(group, "targets"),
                layout(fields, group, QuantizationArgs.read(weights).requireStatic(), weights),
                inputs == null ? null : QuantizationArgs.read(inputs).input());
    }

    private static PackedLayout layout(JsonFields fields, JsonFields group, QuantizationArgs args, JsonFields weights) {
        refuseOrder(weights);
        JsonFields where = group.text("format") == null ? fields : group;
        String format = where.text("format");
        return switch (format == null ? "" : format) {
            case "pack-quantized" -> new PackQuantized(requireRows(args));
            case "int-quantized", "naive-quantized" -> new IntQuantized(args);
            default ->
                throw ModelConfigException.unsupported(
                        where.prefix() + "format",
                        MIXED.equals(format)
                                ? "\"" + MIXED + "\" needs a format in every group"
                                : "\"" + format + "\" is not implemented",
                        "use pack-quantized, int-quantized or naive-quantized");
        };
    }

    private static QuantizationArgs requireRows(QuantizationArgs args) {
        if (args.strategy() == QuantizationArgs.Strategy.TENSOR) {
            throw ModelConfigException.unsupported(
                    args.field() + "strategy",
                    "one scale for a packed weight is not implemented",
                    "use group or channel");
        }
        return args;
    }

    /** Columns that were moved at storing; compressed-tensors itself no longer reads them. */
    private static void refuseOrder(JsonFields weights) {
        JsonNode order = weights.find("actorder");
        if (order != null
                && (order.asText().equals("group") || order.asText().equals("dynamic") || order.asBoolean())) {
            throw ModelConfigException.unsupported(
                    weights.prefix() + "actorder",
                    "\"" + order.asText() + "\" stores weight_g_idx, which compressed-tensors 0.20 no longer reads",
                    "quantize with actorder \"weight\", or none");
        }
    }

    private static void refuseSparsity(JsonFields fields) {
        JsonFields sparsity = fields.nested("sparsity_config");
        if (sparsity != null && !sparsity.object().isEmpty() && !"dense".equals(sparsity.text("format"))) {
            throw ModelConfigException.unsupported(
                    fields.prefix() + "sparsity_config",
                    "sparse weights are not implemented",
                    "use a dense checkpoint");
        }
    }

    private static void refuse(JsonFields fields, String name, String feature) {
        JsonNode node = fields.find(name);
        if (node != null && !(node.isObject() && node.isEmpty())) {
            throw ModelConfigException.unsupported(
                    fields.prefix() + name, feature + " is not implemented", "use a checkpoint without it");
        }
    }

    private static List<ModulePattern> patterns(JsonFields fields, String name) {
        JsonNode list = fields.find(name);
        List<ModulePattern> patterns = new ArrayList<>();
        if (list == null) {
            return patterns;
        }
        if (!list.isArray() || list.size() > 4096) {
            throw fields.wrongType(name, list, "a list of names");
        }
        for (JsonNode entry : list) {
            if (!entry.isTextual()) {
                throw fields.wrongType(name, entry, "a name");
            }
            patterns.add(ModulePattern.of(fields.prefix() + name, entry.textValue()));
        }
        return patterns;
    }
}
