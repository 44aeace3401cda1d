package io.bisup.contract;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the error of a quantized model grows through its blocks and spreads along its tokens (BiSup, section 3; methods §2.2), with
 * everything that depends on. Every error is ‖ŷ − y‖² / ‖y‖² of one token. Positions are those of a sequence, the prefix's tokens
 * first.
 *
 * @param dataset the data set's name
 * @param datasetSha256 digest of its bytes
 * @param format how its bytes were read
 * @param window tokens per window
 * @param windows windows that were averaged over
 * @param bos what was put in front, as for a perplexity
 * @param prefixSha256 digest of the prefix's token ids, or "none"
 * @param prefixTokens tokens of the prefix: the first window token's position
 * @param dtype in which the quantized model computed
 * @param codeVersion of the evaluator
 * @param blocks after each block, in order
 * @param positions after the last block, the error of each position of a window
 * @param received share of all attention that each position receives in the FP model, prefix included: mean over blocks, heads and
 *     queries, so that it sums to 1
 * @param horizontal from token to token
 * @param scales the bounds that charts of these figures have, whatever the figures: charts of two models compare
 * @param seconds wall time
 */
public record PropagationResult(
        String dataset,
        String datasetSha256,
        @Nullable DatasetFormat format,
        int window,
        int windows,
        String bos,
        String prefixSha256,
        int prefixTokens,
        String dtype,
        String codeVersion,
        List<Block> blocks,
        List<Double> positions,
        List<Double> received,
        Horizontal horizontal,
        Scales scales,
        double seconds) {
    public PropagationResult {
        blocks = List.copyOf(blocks);
        positions = List.copyOf(positions);
        received = List.copyOf(received);
    }

    /**
     * The vertical error behind one block. The first token of a window is told apart: where nothing precedes it, it draws most of the
     * attention and its hidden state is far larger.
     *
     * @param block from 0
     * @param firstToken mean error of the windows' first tokens
     * @param others mean error of all other tokens
     * @param linears error of each linear's output (q, k, v, o, gate, up, down) over the windows' other tokens, Σ‖ŷ − y‖² / Σ‖y‖²;
     *     compared up to what a recipe may fold there: a factor per channel of q, k and up, a linear map of each head of v, an order of
     *     the channels of gate and up, and the basis of the residual stream. One with too few tokens to tell is missing
     */
    public record Block(int block, double firstToken, double others, Map<String, Double> linears) {
        public Block {
            linears = Map.copyOf(linears);
        }
    }

    /**
     * What rounding the keys and values of some tokens, and nothing else, does to later tokens behind the same block. The weights are
     * the quantized model's; inputs of linears and all other keys and values are exact, and products are float32.
     *
     * @param windows windows that were averaged over
     * @param bins the positions of a row and of a column: single at first, then so many together that there are few
     * @param mean over the blocks
     * @param blocks each block's, in order
     */
    public record Horizontal(int windows, List<Bin> bins, Spread mean, List<Spread> blocks) {
        public Horizontal {
            bins = List.copyOf(bins);
            blocks = List.copyOf(blocks);
        }
    }

    /**
     * Consecutive positions.
     *
     * @param first position
     * @param last position, which belongs to it
     * @param prefix whether they are the prefix's, whose keys and values are exact
     */
    public record Bin(int first, int last, boolean prefix) {
        /** How many positions. */
        public int width() {
            return last - first + 1;
        }
    }

    /**
     * The horizontal error of one block, or its mean over the blocks.
     *
     * @param received share of all attention that one position of each bin receives in the FP model: mean over the bin, heads and
     *     queries
     * @param later mean error of all tokens behind the bin when its keys and values are rounded, over the number of its tokens
     * @param map a row for each bin whose keys and values are rounded, a column for each bin where the mean error is taken, over the
     *     number of tokens rounded; 0 before the row's own bin, for causality, and in the prefix's rows. On the diagonal a bin's
     *     tokens read their own
     */
    public record Spread(List<Double> received, List<Double> later, List<List<Double>> map) {
        public Spread {
            received = List.copyOf(received);
            later = List.copyOf(later);
            map = map.stream().map(List::copyOf).toList();
        }
    }

    /**
     * The bounds of every chart, on logarithmic axes; what lies beyond is drawn at the bound.
     *
     * @param vertical of the curves
     * @param linears of the linears' errors
     * @param horizontal of the errors from token to token
     * @param received of the share of attention of one position
     */
    public record Scales(Scale vertical, Scale linears, Scale horizontal, Scale received) {
        /** Those of this release. */
        public static final Scales FIXED =
                new Scales(new Scale(1e-6, 10), new Scale(1e-5, 1), new Scale(1e-8, 1e-2), new Scale(1e-4, 1));
    }

    /** The lower and the upper bound of a logarithmic axis. */
    public record Scale(double low, double high) {}
}
