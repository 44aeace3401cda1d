package io.bisup.llm.fused;

import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.AttentionWindows;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.RopeScaling;
import java.util.List;

/** The sizes of a block, and the samples that go with them. */
record BlockShape(
        int batch,
        int tokens,
        int keyValueHeads,
        int intermediate,
        boolean attentionBias,
        boolean otherBiases,
        boolean headNorms,
        int window) {

    static BlockShape llama() {
        return new BlockShape(1, 80, 4, 96, false, false, false, AttentionWindows.UNLIMITED);
    }

    /** Two query heads share a key-value head, and there are two sequences. */
    static BlockShape grouped() {
        return new BlockShape(2, 33, 2, 80, false, false, false, AttentionWindows.UNLIMITED);
    }

    BlockShape withAttentionBias() {
        return new BlockShape(batch, tokens, keyValueHeads, intermediate, true, otherBiases, headNorms, window);
    }

    BlockShape withAllBiases() {
        return new BlockShape(batch, tokens, keyValueHeads, intermediate, true, true, headNorms, window);
    }

    BlockShape withHeadNorms() {
        return new BlockShape(batch, tokens, keyValueHeads, intermediate, attentionBias, otherBiases, true, window);
    }

    BlockShape withWindow(int positions) {
        return new BlockShape(
                batch, tokens, keyValueHeads, intermediate, attentionBias, otherBiases, headNorms, positions);
    }

    /** 64 channels, 4 query heads of 16. */
    DecoderConfig config() {
        return new DecoderConfig(
                Architecture.LLAMA,
                64,
                1,
                4,
                keyValueHeads,
                16,
                intermediate,
                100,
                1e-5,
                10_000,
                new RopeScaling.Default(),
                false,
                attentionBias,
                headNorms,
                512,
                null,
                null,
                otherBiases,
                otherBiases,
                window == AttentionWindows.UNLIMITED
                        ? AttentionWindows.FULL
                        : new AttentionWindows(window, List.of(true)));
    }
}
