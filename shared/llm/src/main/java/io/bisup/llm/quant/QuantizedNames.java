package io.bisup.llm.quant;

import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.model.BlockInput;
import java.util.Locale;

/** Names of the tensors of a quantized block; parameters that stay as they are keep their Hugging Face names. */
final class QuantizedNames {

    private QuantizedNames() {}

    /** Packed codes, U8 [out, row bytes]. */
    static String codes(BlockTensor weight, int layer) {
        return stem(weight, layer) + ".qweight";
    }

    /** Scales, BF16 [out, groups]. */
    static String scales(BlockTensor weight, int layer) {
        return stem(weight, layer) + ".scales";
    }

    /** Packed zero points, U8 [out, row bytes]; asymmetric formats only. */
    static String zeros(BlockTensor weight, int layer) {
        return stem(weight, layer) + ".zeros";
    }

    /** B of the low-rank branch, BF16 [rank, in], under the name PEFT gives it. */
    static String loraIn(BlockTensor weight, int layer) {
        return stem(weight, layer) + ".lora_A";
    }

    /** A of the low-rank branch, BF16 [out, rank], under the name PEFT gives it. */
    static String loraOut(BlockTensor weight, int layer) {
        return stem(weight, layer) + ".lora_B";
    }

    /** Clip factors of an activation's range, F32 [groups]. */
    static String activationClip(BlockInput input, int layer) {
        return ModelTensors.blockPrefix(layer) + "act_clip." + input.name().toLowerCase(Locale.ROOT);
    }

    /** Clip factors of the cached keys' range, F32 [kv heads]. */
    static String keyClip(int layer) {
        return ModelTensors.blockPrefix(layer) + "kv_clip.keys";
    }

    /** Clip factors of the cached values' range, F32 [kv heads]. */
    static String valueClip(int layer) {
        return ModelTensors.blockPrefix(layer) + "kv_clip.values";
    }

    /** Exact keys of the prefix after RoPE, F32 [1, kv heads, prefix, head dim]. */
    static String prefixKeys(int layer) {
        return "prefix.k." + layer;
    }

    /** Exact values of the prefix, F32 [1, kv heads, prefix, head dim]. */
    static String prefixValues(int layer) {
        return "prefix.v." + layer;
    }

    private static String stem(BlockTensor weight, int layer) {
        String name = weight.name(layer);
        return name.substring(0, name.length() - ".weight".length());
    }
}
