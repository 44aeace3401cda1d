package io.bisup.llm.plan;

import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.CacheFormat.Offset;
import io.bisup.contract.recipe.CacheFormat.Place;
import io.bisup.contract.recipe.CacheFormat.Toggle;
import io.bisup.contract.recipe.Format;
import io.bisup.llm.config.DecoderConfig;

/**
 * How keys and values are stored, with every choice made.
 *
 * @param offset never AUTO
 */
public record CachePlan(Format keys, Format values, boolean beforeRope, Offset offset, boolean rotateKeys) {

    /**
     * Fills what is left open: keys before RoPE, without their bias (their mean where they have none), rotated. On
     * Qwen2.5-Coder-0.5B at four bits this costs 2.5 % of perplexity, after RoPE 112 %; on SmolLM2-135M, which has no biases,
     * 4 % against 11 %.
     */
    static CachePlan of(CacheFormat format, DecoderConfig config) {
        boolean bits = format.keys().quantizes();
        boolean before = format.place() == Place.BEFORE_ROPE || (format.place() == Place.AUTO && bits);
        Offset natural = !bits ? Offset.NONE : before && config.attentionBias() ? Offset.BIAS : Offset.MEAN;
        return new CachePlan(
                format.keys(),
                format.values(),
                before,
                format.offset() == Offset.AUTO ? natural : format.offset(),
                format.rotateKeys() == Toggle.ON || (format.rotateKeys() == Toggle.AUTO && bits));
    }

    /** Whether keys or values are rounded. */
    public boolean quantizes() {
        return keys.quantizes() || values.quantizes();
    }
}
