package io.bisup.llm.artifact;

import io.bisup.contract.recipe.Site;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.ModelTensors;

/** Names of the tensors of a block's file; parameters that stay as they are keep their Hugging Face names. */
final class BlockNames {

    private BlockNames() {}

    /** What the names of a linear weight's parts begin with. */
    static String stem(BlockTensor weight, int layer) {
        String name = weight.name(layer);
        return name.substring(0, name.length() - ".weight".length());
    }

    /** B of the low-rank branch, BF16 [rank, in], under the name PEFT gives it. */
    static String loraIn(BlockTensor weight, int layer) {
        return stem(weight, layer) + ".lora_A";
    }

    /** A of the low-rank branch, BF16 [out, rank], under the name PEFT gives it. */
    static String loraOut(BlockTensor weight, int layer) {
        return stem(weight, layer) + ".lora_B";
    }

    /** Clip factors of one segment of an input's range, F32 [groups]. */
    static String inputClip(Site site, int segment, int layer) {
        String name = ModelTensors.blockPrefix(layer) + "act_clip." + name(site);
        return segment == 0 ? name : name + "." + segment;
    }

    /** What the names of a map's tensors begin with. */
    static String map(Site site, int index, int layer) {
        return ModelTensors.blockPrefix(layer) + "map." + name(site) + "." + index;
    }

    /** Clip factors of the cached keys' range, F32 [kv heads]. */
    static String keyClip(int layer) {
        return ModelTensors.blockPrefix(layer) + "kv_clip.keys";
    }

    /** Clip factors of the cached values' range, F32 [kv heads]. */
    static String valueClip(int layer) {
        return ModelTensors.blockPrefix(layer) + "kv_clip.values";
    }

    /** What the cache subtracts from keys, F32 [1, kv heads, 1, head dim]. */
    static String keyOffset(int layer) {
        return ModelTensors.blockPrefix(layer) + "kv_offset.keys";
    }

    /** Exact keys of the prefix after RoPE, F32 [1, kv heads, prefix, head dim]. */
    static String prefixKeys(int layer) {
        return "prefix.k." + layer;
    }

    /** Exact values of the prefix, F32 [1, kv heads, prefix, head dim]. */
    static String prefixValues(int layer) {
        return "prefix.v." + layer;
    }

    /** As artifacts of layout 1 name the inputs. */
    private static String name(Site site) {
        return switch (site) {
            case QKV -> "attention";
            case O -> "output";
            case GATE_UP -> "feed_forward";
            case DOWN -> "down";
            case QUERY_KEY -> throw new IllegalArgumentException("no linear reads queries and keys");
        };
    }
}
