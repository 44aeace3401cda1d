package io.bisup.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the error of a quantized model grows through its blocks and along its tokens, with everything that depends on. An error is
 * ‖x̂ − x‖² / ‖x‖² of the hidden state of one token.
 *
 * @param dataset the data set's name
 * @param datasetSha256 digest of its bytes
 * @param format how its bytes were read
 * @param window tokens per window
 * @param windows windows that were averaged over
 * @param bos what was put in front, as for a perplexity
 * @param prefixSha256 digest of the prefix's token ids, or "none"
 * @param dtype in which the quantized model computed
 * @param codeVersion of the evaluator
 * @param blocks after each block, in order
 * @param positions after the last block, the error of each position of a window
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
        String dtype,
        String codeVersion,
        List<Block> blocks,
        List<Double> positions,
        double seconds) {
    public PropagationResult {
        blocks = List.copyOf(blocks);
        positions = List.copyOf(positions);
    }

    /**
     * The error behind one block. The first token is told apart: it draws most of the attention and its hidden state is far larger.
     *
     * @param block from 0
     * @param firstToken mean error of the windows' first tokens
     * @param others mean error of all other tokens
     */
    public record Block(int block, double firstToken, double others) {}
}
