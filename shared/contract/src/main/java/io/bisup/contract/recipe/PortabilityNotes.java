package io.bisup.contract.recipe;

import io.bisup.contract.ExportFormat;
import java.util.ArrayList;
import java.util.List;

/** What no checkpoint says and a user of an export must know. */
final class PortabilityNotes {

    private PortabilityNotes() {}

    static List<String> of(Recipe recipe, ExportFormat format) {
        List<String> notes = new ArrayList<>();
        ServedCache.of(recipe.precision().cache()).ifPresent(cache -> notes.add(cache(cache, format)));
        if (!(recipe.prefix() instanceof Prefix.None)) {
            notes.add(
                    "The exact keys and values of the prefix are not carried: put its text in front of every prompt, which"
                            + " the reader then computes with the quantized weights.");
        }
        inputs(recipe, format, notes);
        return notes;
    }

    private static String cache(ServedCache cache, ExportFormat format) {
        String stored = "The cache of " + cache.bits() + " bits is a matter of the server, not of the checkpoint: ";
        return stored
                + switch (format) {
                    case COMPRESSED_TENSORS, GPTQ, AWQ, PEFT, HF_FAKE ->
                        "serve with --kv-cache-dtype " + cache.vllm()
                                + " (vLLM's own quantizer: one range per token and head, found while it runs).";
                    case GGUF -> "run with -fa on -ctk " + cache.llamaCpp() + " -ctv " + cache.llamaCpp() + ".";
                };
    }

    private static void inputs(Recipe recipe, ExportFormat format, List<String> notes) {
        Format inputs = recipe.precision().inputs();
        if (format == ExportFormat.GGUF) {
            notes.add("llama.cpp rounds inputs to 8 bits in groups of 32 by itself.");
        }
        if (!inputs.quantizes()) {
            return;
        }
        if (format == ExportFormat.HF_FAKE) {
            notes.add("Inputs of " + inputs.bits() + " bits are not carried: the folder stands for the weights alone.");
        } else if (format == ExportFormat.COMPRESSED_TENSORS || format == ExportFormat.PEFT) {
            notes.add(step(inputs.bits()));
        }
    }

    /** vLLM: humming-kernels 0.1.19 and its own int8 kernels; transformers: compressed-tensors 0.20.0, calculate_qparams. */
    private static String step(int bits) {
        return "vLLM takes max|x| / " + ((1 << (bits - 1)) - 1)
                + " for the step of inputs, as this recipe was measured;"
                + " transformers with the compressed-tensors package takes max|x| / " + ((1 << bits) - 1) / 2.0
                + ", so that its logits are near but not the same.";
    }
}
