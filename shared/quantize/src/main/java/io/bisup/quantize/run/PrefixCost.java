package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.prefix.PrefixStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a prefix costs the full-precision model: its cross-entropy on calibration text behind the prefix, less that without.
 * Scores compare an artifact with the full-precision model behind the same prefix and so do not show it.
 *
 * <p>The model is read once, a block in memory at a time, for two windows of at most 512 tokens.
 */
final class PrefixCost {

    /** Nats a token above which there is something to say: a tenth of the perplexity. */
    private static final double WORTH_A_NOTE = 0.1;

    private static final int MOST_WINDOWS = 2;
    private static final int MOST_TOKENS = 512;

    private final TensorRuntime runtime;
    private final QuantizationInput input;
    private final Control control;
    private final List<long[]> windows;

    PrefixCost(TensorRuntime runtime, QuantizationInput input, Control control) {
        this.runtime = runtime;
        this.input = input;
        this.control = control;
        this.windows = input.windows().stream()
                .limit(MOST_WINDOWS)
                .map(window -> Arrays.copyOf(window, Math.min(window.length, MOST_TOKENS)))
                .toList();
    }

    /** A sentence for the job's report where the prefix costs a tenth of the perplexity or more. */
    Optional<String> note() {
        if (input.prefix().isEmpty()) {
            return Optional.empty();
        }
        double nats = nats();
        return nats >= WORTH_A_NOTE
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "the full-precision model itself loses %.3f nats a token behind the prefix %s (calibration text): "
                                + "its perplexity there is %.2f times that without; choose another prefix, or none",
                        nats,
                        input.prefix(),
                        Math.exp(nats)))
                : Optional.empty();
    }

    /** Nats a token; negative where the prefix helps. */
    double nats() {
        try (TensorOwner owner = new TensorOwner();
                RotaryEmbedding rotary = new RotaryEmbedding(runtime, input.config(), DataType.FLOAT32);
                Ends ends = new Ends(runtime, input, null);
                PrefixStream prefix = ends.prefix(input.prefix())) {
            List<NDArray> behind = embedded(ends, owner);
            List<NDArray> without = embedded(ends, owner);
            ExactBlocks blocks = new ExactBlocks(runtime, input, null);
            for (int layer = 0; layer < input.config().layers(); layer++) {
                try (DecoderBlock block = blocks.block(layer, blocks.weights(layer));
                        @Nullable KeyValues known = prefix.through(block, rotary)) {
                    advance(behind, block, rotary, PrefixStream.contextOf(known), owner);
                    advance(without, block, rotary, AttentionContext.EMPTY, owner);
                }
            }
            return (loss(behind) - loss(without)) / predictions();
        }
    }

    private List<NDArray> embedded(Ends ends, TensorOwner owner) {
        List<NDArray> hidden = new ArrayList<>();
        windows.forEach(window -> hidden.add(owner.own(ends.embed(window))));
        return hidden;
    }

    private void advance(
            List<NDArray> hidden,
            DecoderBlock block,
            RotaryEmbedding rotary,
            AttentionContext context,
            TensorOwner owner) {
        for (int i = 0; i < hidden.size(); i++) {
            control.checkpoint();
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray next = block.forward(runtime.kernels(), hidden.get(i), rotary, context);
                hidden.get(i).close();
                hidden.set(i, owner.own(next));
            }
        }
    }

    private double loss(List<NDArray> hidden) {
        double sum = 0;
        try (FinalLoss loss = new FinalLoss(runtime, input, null)) {
            for (int i = 0; i < hidden.size(); i++) {
                control.checkpoint();
                sum += loss.sum(hidden.get(i), windows.get(i));
            }
        }
        return sum;
    }

    private int predictions() {
        return windows.stream().mapToInt(window -> window.length - 1).sum();
    }
}
