package io.bisup.llm.peer;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.llm.config.JsonFields;
import io.bisup.llm.config.ModelConfigException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * compressed-tensors' {@code QuantizationArgs}: one uniform integer quantizer.
 *
 * @param field where they stand in config.json, for messages
 * @param bits of a code, 2 to 8
 * @param symmetric true: no zero point
 * @param strategy which elements share a scale
 * @param group neighbouring channels that share a scale; 0 unless the strategy is {@link Strategy#GROUP}
 * @param dynamic whether scales follow from the values at run time
 */
record QuantizationArgs(String field, int bits, boolean symmetric, Strategy strategy, int group, boolean dynamic) {

    /** Which elements share a scale. */
    enum Strategy {
        TENSOR,
        CHANNEL,
        GROUP,
        TOKEN;

        private String spelled() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Group size that stands for a whole row. */
    private static final int WHOLE_ROW = -1;

    static QuantizationArgs read(JsonFields fields) {
        requireInteger(fields);
        refuse(fields, "scale_dtype", "rounding scales to another type");
        refuse(fields, "block_structure", "sharing scales in blocks of rows and columns");
        int bits = fields.integer("num_bits", 8);
        if (bits < 2 || bits > 8) {
            throw ModelConfigException.unsupported(
                    fields.prefix() + "num_bits", bits + " bits are not implemented", "use 2 to 8");
        }
        JsonNode symmetric = fields.find("symmetric");
        int group = fields.integer("group_size", WHOLE_ROW);
        Strategy strategy = strategy(fields, group);
        return new QuantizationArgs(
                fields.prefix(),
                bits,
                symmetric == null || fields.flag("symmetric"),
                strategy,
                strategy == Strategy.GROUP ? requireGroup(fields, group) : 0,
                fields.flag("dynamic"));
    }

    private static void requireInteger(JsonFields fields) {
        String type = fields.text("type");
        if (type != null && !type.toLowerCase(Locale.ROOT).equals("int")) {
            throw ModelConfigException.unsupported(
                    fields.prefix() + "type",
                    "\"" + type + "\" codes (FP8, NVFP4, MXFP4) are not implemented",
                    "use a checkpoint of integer codes");
        }
    }

    private static Strategy strategy(JsonFields fields, int group) {
        String name = fields.text("strategy");
        if (name == null) {
            boolean channel = fields.find("group_size") != null && group == WHOLE_ROW;
            return group > 0 ? Strategy.GROUP : channel ? Strategy.CHANNEL : Strategy.TENSOR;
        }
        return Arrays.stream(Strategy.values())
                .filter(strategy -> strategy.spelled().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> ModelConfigException.unsupported(
                        fields.prefix() + "strategy",
                        "\"" + name + "\" is not implemented",
                        "use one of "
                                + Arrays.stream(Strategy.values())
                                        .map(Strategy::spelled)
                                        .collect(Collectors.joining(", "))));
    }

    private static int requireGroup(JsonFields fields, int group) {
        if (group < 1) {
            throw ModelConfigException.invalid(
                    fields.prefix() + "group_size", group + " is no size of a group", "give a positive number");
        }
        return group;
    }

    private static void refuse(JsonFields fields, String name, String feature) {
        if (fields.find(name) != null) {
            throw ModelConfigException.unsupported(
                    fields.prefix() + name, feature + " is not implemented", "use a checkpoint without it");
        }
    }

    /** Scales of weights lie in the file. */
    QuantizationArgs requireStatic() {
        if (dynamic) {
            throw ModelConfigException.invalid(field + "dynamic", "weights have stored scales", "use false");
        }
        if (strategy == Strategy.TOKEN) {
            throw ModelConfigException.invalid(
                    field + "strategy", "a weight has no tokens", "use group, channel or tensor");
        }
        return this;
    }

    /** What they mean for an input. */
    PeerInput input() {
        if (!dynamic) {
            throw ModelConfigException.unsupported(
                    field + "dynamic", "inputs with stored scales are not implemented", "use dynamic scales");
        }
        return switch (strategy) {
            case TOKEN -> new PeerInput(bits, symmetric, 0);
            case GROUP -> new PeerInput(bits, symmetric, group);
            case TENSOR, CHANNEL ->
                throw ModelConfigException.unsupported(
                        field + "strategy",
                        "an input's scale per " + strategy.spelled() + " is not implemented",
                        "use token or group");
        };
    }

    /** Scales in a row of a weight. */
    long groups(long columns) {
        return strategy == Strategy.GROUP ? columns / group : 1;
    }
}
