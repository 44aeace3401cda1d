package io.bisup.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.kernel.ScoreKernels;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.Tensors;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** What differs between two models' predictions, position after position; grown as windows are compared. */
final class Differences {

    static final long LOGITS_AT_ONCE = 1L << 24;

    private final Kernels kernels;
    private final int slice;
    private final double[] kl;
    private final double[] ln;
    private final double[] baseLn;
    private final double[] sameTop;
    private int count;

    /**
     * @param logits most of them that are computed at once
     * @param predictions how many there will be
     */
    Differences(Kernels kernels, long logits, int vocabulary, int predictions) {
        this.kernels = kernels;
        this.slice = (int) Math.max(1, logits / vocabulary);
        this.kl = new double[predictions];
        this.ln = new double[predictions];
        this.baseLn = new double[predictions];
        this.sameTop = new double[predictions];
    }

    /**
     * Compares the predictions of one window from position {@code first} on.
     *
     * @param hidden of the last block of each model, [1, time, hidden]
     */
    void add(
            LanguageModel base, NDArray baseHidden, LanguageModel quantized, NDArray hidden, long[] window, int first) {
        for (int at = first; at < window.length - 1; at += slice) {
            int positions = Math.min(slice, window.length - 1 - at);
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray targets = Tensors.longs(
                        base.runtime().manager(), Arrays.copyOfRange(window, at + 1, at + 1 + positions), positions);
                NDArray[] found = EvaluationKernels.divergence(
                        kernels,
                        logits(base, baseHidden, at, positions),
                        logits(quantized, hidden, at, positions),
                        targets);
                keep(found, positions);
            }
        }
    }

    private static NDArray logits(LanguageModel model, NDArray hidden, int first, int count) {
        return model.logits(ScoreKernels.positions(model.runtime().kernels(), hidden, first, count));
    }

    private void keep(NDArray[] found, int positions) {
        System.arraycopy(found[0].toDoubleArray(), 0, kl, count, positions);
        System.arraycopy(found[1].toDoubleArray(), 0, ln, count, positions);
        System.arraycopy(found[2].toDoubleArray(), 0, baseLn, count, positions);
        long[] same = found[3].toLongArray();
        for (int i = 0; i < positions; i++) {
            sameTop[count + i] = same[i];
        }
        count += positions;
    }

    /** KL(FP || quantized) of each prediction, in nats. */
    double[] kl() {
        return kl;
    }

    /** The quantized model's perplexity over all predictions. */
    double perplexity() {
        return Math.exp(-DoubleStream.of(ln).average().orElse(Double.NaN));
    }

    /** The FP model's. */
    double basePerplexity() {
        return Math.exp(-DoubleStream.of(baseLn).average().orElse(Double.NaN));
    }

    /** ln p_FP(token) - ln p(token), of each prediction. */
    DoubleStream lnRatio() {
        return IntStream.range(0, count).mapToDouble(i -> baseLn[i] - ln[i]);
    }

    /** p(token) - p_FP(token), of each prediction. */
    DoubleStream deltaP() {
        return IntStream.range(0, count).mapToDouble(i -> Math.exp(ln[i]) - Math.exp(baseLn[i]));
    }

    /** 1 where both models' most probable token is the same, else 0. */
    DoubleStream sameTop() {
        return DoubleStream.of(sameTop);
    }
}
