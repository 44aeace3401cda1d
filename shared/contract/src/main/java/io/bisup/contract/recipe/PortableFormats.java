package io.bisup.contract.recipe;

import io.bisup.contract.ExportFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which number formats each export format has a name for. */
final class PortableFormats {

    private static final String WEIGHTS = "/precision/weights";
    private static final String INPUTS = "/precision/inputs";
    /** llama.cpp's blocks of one scale. */
    private static final int GGUF_BLOCK = 32;
    /** Those of its K types: they divide it into 16, by whole factors that are all one where the recipe has one scale. */
    private static final int GGUF_SUPER_BLOCK = 256;

    private PortableFormats() {}

    static List<Obstacle> weights(ExportFormat format, Precision precision) {
        Format weights = precision.weights();
        if (!weights.quantizes()) {
            return List.of(new Obstacle(
                    WEIGHTS + "/bits",
                    "weights are not quantized: there is nothing to pack",
                    "bits: 4, or export as hf-fake"));
        }
        List<Obstacle> all = new ArrayList<>(scope(weights.scope(), WEIGHTS + "/scope"));
        switch (format) {
            case COMPRESSED_TENSORS -> compressed(weights, precision.inputs(), all);
            case GPTQ -> gptq(weights, all);
            case AWQ -> awq(weights, all);
            case GGUF -> gguf(weights, all);
            case PEFT, HF_FAKE -> throw new IllegalArgumentException(format + " packs no weights");
        }
        return all;
    }

    private static void compressed(Format weights, Format inputs, List<Obstacle> all) {
        if (!weights.symmetric() && inputs.quantizes()) {
            all.add(new Obstacle(
                    WEIGHTS + "/symmetric",
                    "readers with integer inputs take weights without zero points",
                    "symmetric: true, or inputs of 16 bits"));
        } else if (!weights.symmetric() && weights.bits() != 4 && weights.bits() != 8) {
            all.add(new Obstacle(
                    WEIGHTS + "/symmetric",
                    "vLLM reads zero points at 4 and 8 bits only",
                    "symmetric: true, or bits: 4"));
        }
        if (inputs.quantizes() && weights.bits() > inputs.bits()) {
            all.add(new Obstacle(
                    WEIGHTS + "/bits",
                    "no reader multiplies weights of more bits than their inputs have",
                    "bits: " + inputs.bits()));
        }
    }

    private static void gptq(Format weights, List<Obstacle> all) {
        if (!Set.of(2, 3, 4, 8).contains(weights.bits())) {
            all.add(new Obstacle(
                    WEIGHTS + "/bits",
                    "GPTQ's readers know 2, 3, 4 and 8 bits",
                    "bits: 4, or export as compressed-tensors"));
        }
    }

    private static void awq(Format weights, List<Obstacle> all) {
        if (weights.bits() != 4) {
            all.add(new Obstacle(
                    WEIGHTS + "/bits", "AWQ's readers know 4 bits only", "bits: 4, or export as compressed-tensors"));
        }
        if (!(weights.scope() instanceof Scope.Channels)) {
            all.add(new Obstacle(WEIGHTS + "/scope", "AWQ's readers want groups of columns", "scope: {columns: 128}"));
        }
    }

    private static void gguf(Format weights, List<Obstacle> all) {
        boolean named = weights.bits() == 4
                || (weights.symmetric() && Set.of(3, 5, 6, 8).contains(weights.bits()));
        if (!named) {
            all.add(new Obstacle(
                    WEIGHTS + "/bits",
                    "GGUF's types that hold codes exactly are Q4_1, and Q3_K, Q4_0, Q5_0, Q6_K and Q8_0 without zero points",
                    "bits: 4, or symmetric bits: 8; or export as compressed-tensors"));
        }
        int block = Set.of(3, 6).contains(weights.bits()) ? GGUF_SUPER_BLOCK : GGUF_BLOCK;
        if (weights.scope() instanceof Scope.Channels channels && channels.columns() % block != 0) {
            all.add(new Obstacle(
                    WEIGHTS + "/scope/columns",
                    "a block of GGUF at " + weights.bits() + " bits has " + block + " columns of one scale",
                    "a multiple of " + block));
        }
    }

    static List<Obstacle> inputs(ExportFormat format, Precision precision) {
        Format inputs = precision.inputs();
        if (!inputs.quantizes() || format == ExportFormat.HF_FAKE) {
            return List.of();
        }
        if (format != ExportFormat.COMPRESSED_TENSORS) {
            return List.of(new Obstacle(
                    INPUTS + "/bits",
                    "the format is of weights alone, and its readers leave inputs as they are",
                    "inputs of 16 bits, or export as compressed-tensors"));
        }
        List<Obstacle> all = new ArrayList<>(scope(inputs.scope(), INPUTS + "/scope"));
        if (inputs.bits() != 4 && inputs.bits() != 8) {
            all.add(new Obstacle(INPUTS + "/bits", "readers know inputs of 4, 8 and 16 bits", "bits: 4 or 8"));
        }
        if (!inputs.symmetric()) {
            all.add(new Obstacle(INPUTS + "/symmetric", "readers round inputs without zero points", "symmetric: true"));
        }
        return all;
    }

    private static List<Obstacle> scope(Scope scope, String pointer) {
        return switch (scope) {
            case Scope.Row row -> List.of();
            case Scope.Channels channels ->
                channels.rows() == 1
                        ? List.of()
                        : List.of(new Obstacle(
                                pointer + "/rows", "a scale of " + channels.rows() + " rows has no field", "rows: 1"));
            case Scope.Head head -> List.of(whole(pointer, "a head"));
            case Scope.Tensor tensor -> List.of(whole(pointer, "the whole tensor"));
        };
    }

    private static Obstacle whole(String pointer, String what) {
        return new Obstacle(pointer, "one scale for " + what + " has no field", "row, or {columns: 128}");
    }
}
