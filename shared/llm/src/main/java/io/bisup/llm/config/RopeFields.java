package io.bisup.llm.config;

import org.jspecify.annotations.Nullable;

/**
 * Rotary settings of config.json: {@code rope_theta} with {@code rope_scaling} (2023 to 2025), or
 * {@code rope_parameters} (transformers 5).
 */
record RopeFields(double theta, RopeScaling scaling) {

    /** What transformers assumes for all these families when the file is silent, as Llama 1 and 2 files are. */
    private static final double DEFAULT_THETA = 10_000;

    /** The trained context of Phi-3 where its file is silent. */
    private static final int PHI3_CONTEXT = 4096;

    static RopeFields of(JsonFields fields, Architecture architecture) {
        JsonFields current = fields.nested("rope_parameters");
        JsonFields legacy = fields.nested("rope_scaling");
        JsonFields scaling = current != null ? current : legacy;
        double outer = fields.number("rope_theta", DEFAULT_THETA);
        double theta = scaling == null ? outer : scaling.number("rope_theta", outer);
        return new RopeFields(theta, scaling(scaling, fields, architecture));
    }

    private static RopeScaling scaling(@Nullable JsonFields fields, JsonFields model, Architecture architecture) {
        if (fields == null) {
            return new RopeScaling.Default();
        }
        requireFullRotation(fields);
        String named = type(fields);
        // Phi-3's first files call LongRoPE by its working title.
        String type = named.equals("su") && architecture == Architecture.PHI3 ? "longrope" : named;
        return switch (type) {
            case "default" -> new RopeScaling.Default();
            case "linear" -> new RopeScaling.Linear(fields.number("factor"));
            case "llama3" ->
                new RopeScaling.Llama3(
                        fields.number("factor"),
                        fields.number("low_freq_factor"),
                        fields.number("high_freq_factor"),
                        fields.integer("original_max_position_embeddings"));
            case "longrope" -> longRope(fields, model, architecture);
            default ->
                throw ModelConfigException.unsupported(
                        fields.prefix() + "rope_type",
                        "\"" + type.substring(0, Math.min(type.length(), 40)) + "\" is not implemented",
                        "use default, linear, llama3 or longrope; YaRN and dynamic scaling are off for contexts as trained");
        };
    }

    private static RopeScaling longRope(JsonFields fields, JsonFields model, Architecture architecture) {
        int longest = model.integer("max_position_embeddings");
        int original = original(fields, model, architecture, longest);
        ConfigRange.of("original_max_position_embeddings", original, 2, DecoderConfig.MAX_POSITIONS);
        double factor = fields.number("factor", (double) longest / original);
        double attention = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        return new RopeScaling.LongRope(
                fields.numbers("short_factor"),
                fields.numbers("long_factor"),
                original,
                fields.number("attention_factor", attention));
    }

    /** The trained context; transformers lets the model's own field win, which Phi-3 always has. */
    private static int original(JsonFields fields, JsonFields model, Architecture architecture, int longest) {
        String name = "original_max_position_embeddings";
        if (model.find(name) != null) {
            return model.integer(name);
        }
        return architecture == Architecture.PHI3 ? PHI3_CONTEXT : fields.integer(name, longest);
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
