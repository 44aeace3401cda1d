package io.bisup.export.gguf;

import io.bisup.export.format.ModelShape;
import io.bisup.export.format.Refusal;
import io.bisup.export.source.LinearShape;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.AttentionWindows;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.RopeScaling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** What llama.cpp must know of a model's shape, and which of our families its graphs compute. */
final class GgufModel {

    private GgufModel() {}

    /** The name of llama.cpp's graph. */
    static String architecture(Architecture family) {
        return switch (family) {
            case LLAMA, MISTRAL -> "llama";
            case QWEN2 -> "qwen2";
            case QWEN3 -> "qwen3";
            case MINISTRAL, PHI3 -> throw new IllegalArgumentException(family + " was refused before");
        };
    }

    /** The order of the rows of a query or key weight: llama.cpp's llama alone rotates neighbouring channels. */
    static RowOrder headOrder(DecoderConfig config) {
        return architecture(config.architecture()).equals("llama") ? new RowOrder(config.headDim()) : RowOrder.SAME;
    }

    /** Why llama.cpp's graphs do not compute this model. */
    static List<Refusal> refusals(ModelShape model) {
        DecoderConfig config = model.config();
        LinearShape first = model.linears().getFirst();
        List<Refusal> all = new ArrayList<>();
        switch (config.architecture()) {
            case LLAMA, MISTRAL, QWEN2, QWEN3 -> {}
            case MINISTRAL, PHI3 ->
                all.add(other(first, "this release writes Llama, Mistral, Qwen 2 and Qwen 3 as GGUF"));
        }
        if (config.windows().narrowest() != AttentionWindows.UNLIMITED
                && config.windows().narrowest() < config.maxPositions()) {
            all.add(other(first, "llama.cpp's graph of this family has no sliding window"));
        }
        if (config.outputBias() || config.feedForwardBias()) {
            all.add(other(first, "this release writes no biases of o, gate, up and down as GGUF"));
        }
        if (config.attentionBias() && config.architecture() != Architecture.QWEN2) {
            all.add(other(first, "this release writes biases of q, k and v of Qwen 2 alone as GGUF"));
        }
        if (config.ropeScaling() instanceof RopeScaling.LongRope) {
            all.add(other(first, "this release writes no LongRoPE as GGUF"));
        }
        return all;
    }

    private static Refusal other(LinearShape linear, String reason) {
        return Refusal.of(linear, reason, "export as compressed-tensors");
    }

    /** Metadata of the model's shape, under the name of its graph. */
    static SequencedMap<String, GgufValue> metadata(DecoderConfig config) {
        String prefix = architecture(config.architecture()) + ".";
        SequencedMap<String, GgufValue> all = new LinkedHashMap<>();
        all.put("general.architecture", new GgufValue.Text(architecture(config.architecture())));
        all.put("general.type", new GgufValue.Text("model"));
        all.put(prefix + "block_count", new GgufValue.Count(config.layers()));
        all.put(prefix + "context_length", new GgufValue.Count(config.maxPositions()));
        all.put(prefix + "embedding_length", new GgufValue.Count(config.hiddenSize()));
        all.put(prefix + "feed_forward_length", new GgufValue.Count(config.intermediateSize()));
        all.put(prefix + "attention.head_count", new GgufValue.Count(config.attentionHeads()));
        all.put(prefix + "attention.head_count_kv", new GgufValue.Count(config.keyValueHeads()));
        all.put(prefix + "attention.key_length", new GgufValue.Count(config.headDim()));
        all.put(prefix + "attention.value_length", new GgufValue.Count(config.headDim()));
        all.put(prefix + "attention.layer_norm_rms_epsilon", new GgufValue.Real((float) config.rmsNormEpsilon()));
        all.put(prefix + "vocab_size", new GgufValue.Count(config.vocabSize()));
        all.put(prefix + "rope.dimension_count", new GgufValue.Count(config.headDim()));
        all.put(prefix + "rope.freq_base", new GgufValue.Real((float) config.ropeTheta()));
        if (config.ropeScaling() instanceof RopeScaling.Linear(double factor)) {
            all.put(prefix + "rope.scaling.type", new GgufValue.Text("linear"));
            all.put(prefix + "rope.scaling.factor", new GgufValue.Real((float) factor));
        }
        return all;
    }

    /** Divisors of the rotary frequencies, one per pair of channels (Llama 3.1); empty when they stay as trained. */
    static float[] ropeFactors(DecoderConfig config) {
        if (!(config.ropeScaling() instanceof RopeScaling.Llama3 scaling)) {
            return new float[0];
        }
        float[] factors = new float[config.headDim() / 2];
        for (int i = 0; i < factors.length; i++) {
            double frequency = 1 / Math.pow(config.ropeTheta(), 2.0 * i / config.headDim());
            double waves = scaling.originalMaxPositions() * frequency / (2 * Math.PI);
            double low = scaling.lowFrequencyFactor();
            double kept = Math.clamp((waves - low) / (scaling.highFrequencyFactor() - low), 0, 1);
            factors[i] = (float) (1 / (kept + (1 - kept) / scaling.factor()));
        }
        return factors;
    }
}
