package io.bisup.demo.train;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.AdamW;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.List;
import java.util.Map;

/**
 * Trains a language model from seeded weights with AdamW. With one number of threads on one kind of processor the result is
 * the same bits; another number of threads sums in another order.
 */
final class Trainer implements AutoCloseable {
    private static final AdamW.Settings ADAM = new AdamW.Settings(0.9, 0.95, 1e-8);

    private final TrainingSettings settings;
    private final TrainingTokens tokens;
    private final TrainableModel model;
    private final AdamW optimizer;

    /** Told after each step. */
    @FunctionalInterface
    interface Listener {
        /**
         * Takes note of a step.
         *
         * @param step counted from 1
         * @param loss mean cross-entropy of the step's windows, in nats
         * @param gradientNorm before clipping
         */
        void stepped(int step, double loss, double gradientNorm);
    }

    Trainer(TensorRuntime runtime, DecoderConfig config, TrainingSettings settings, TrainingTokens tokens) {
        this.settings = settings;
        this.tokens = tokens;
        this.model = new TrainableModel(runtime, config, settings.seed());
        this.optimizer = new AdamW(
                runtime.kernels(),
                List.of(
                        new AdamW.Group(
                                "matrices", model.parameters(true), settings.peakRate(), settings.weightDecay()),
                        new AdamW.Group("norms", model.parameters(false), settings.peakRate(), 0)),
                ADAM);
    }

    /** Every parameter by its Hugging Face name, as trained so far. */
    Map<String, NDArray> parameters() {
        return model.parameters();
    }

    /** Runs all steps. */
    void train(Listener listener) {
        for (int step = 0; step < settings.steps(); step++) {
            double loss = 0;
            for (int i = 0; i < settings.sequences(); i++) {
                long[] window = tokens.next(settings.context() + 1);
                loss += model.lossWithGradient(window, 1.0 / settings.sequences()) / settings.sequences();
            }
            double norm = optimizer.clipGradientNorm(settings.gradientLimit());
            if (!Double.isFinite(norm)) {
                throw new ArithmeticException("Step " + (step + 1)
                        + ": the gradient is not finite; a lower learning rate or another seed may help.");
            }
            optimizer.step(settings.schedule(step));
            optimizer.zeroGradients();
            listener.stepped(step + 1, loss, norm);
        }
    }

    @Override
    public void close() {
        optimizer.close();
        model.close();
    }
}
