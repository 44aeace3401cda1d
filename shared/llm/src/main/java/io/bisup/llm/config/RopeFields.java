package io.bisup.llm.config;

import org.jspecify.annotations.Nullable;

/**
 * Rotary settings of config.json: {@code rope_theta} with {@code rope_scaling} (2023 to 2025), or
 * {@code rope_parameters} (transformers 5).
 */
record RopeFields(double theta, RopeScaling scaling) {

    /** What transformers assumes for all three families when the file is silent, as Llama 1 and 2 files are. */
    private static final double DEFAULT_THETA = 10_000;

    static RopeFields of(JsonFields fields) {
        JsonFields current = fields.nested("rope_parameters");
        JsonFields legacy = fields.nested("rope_scaling");
        JsonFields scaling = current != null ? current : legacy;
        double outer = fields.number("rope_theta", DEFAULT_THETA);
        double theta = scaling == null ? outer : scaling.number("rope_theta", outer);
        return new RopeFields(theta, scaling(scaling));
    }

    private static RopeScaling scaling(@Nullable JsonFields fields) {
        if (fields == null) {
            return new RopeScaling.Default();
        }
        requireFullRotation(fields);
        String type = type(fields);
        return switch (type) {
            case "default" -> new RopeScaling.Default();
            case "linear" -> new RopeScaling.Linear(fields.number("factor"));
            case "llama3" ->
                new RopeScaling.Llama3(
                        fields.number("factor"),
                        fields.number("low_freq_factor"),
                        fields.number("high_freq_factor"),
                        fields.integer("original_max_position_embeddings"));
            default ->
                throw ModelConfigException.unsupported(
                        fields.prefix() + "rope_type",
                        "\"" + type.substring(0, Math.min(type.length(), 40)) + "\" is not implemented",
                        "use default, linear or llama3; YaRN and dynamic scaling are off for contexts as trained");
        };
    }

    private static String type(JsonFields fields) {
        String type = fields.text("rope_type");
        String older = fields.text("type");
        if (type == null && older == null) {
            fields.require("rope_type");
        }
        return type != null ? type : String.valueOf(older);
    }

    private static void requireFullRotation(JsonFields fields) {
        if (fields.number("partial_rotary_factor", 1) != 1) {
            throw ModelConfigException.unsupported(
                    fields.prefix() + "partial_rotary_factor",
                    "rotating a part of each head is not implemented",
                    "use a model that rotates whole heads");
        }
    }
}
