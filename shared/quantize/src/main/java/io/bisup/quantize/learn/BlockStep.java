package io.bisup.quantize.learn;

/**
 * One evaluation of a block's loss: ‖f̂(x) − t‖² over the targets' mean square (BiSup, loss of a block, made free of scale), tokens and
 * channels weighted as the samples say. The seam behind which the arithmetic of a training step may be replaced by a faster one.
 */
public interface BlockStep {

    /** The loss of one sample; its gradient is added to every learnt parameter's. */
    double learn(int sample);

    /** The mean loss over several samples at the present parameters, without gradients; 0 for none. */
    double measure(int... samples);
}
