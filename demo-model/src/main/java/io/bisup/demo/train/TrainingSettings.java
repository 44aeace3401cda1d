package io.bisup.demo.train;

/**
 * How a model is trained.
 *
 * @param seed of the initial weights and of the order of the windows
 * @param steps optimizer steps
 * @param sequences windows whose gradients are averaged in one step
 * @param context tokens predicted in one window
 * @param peakRate learning rate after the warm-up; it then falls to a twentieth along a half cosine
 * @param warmupSteps steps of linear growth of the learning rate
 * @param weightDecay decoupled decay of all matrices; norms have none
 * @param gradientLimit largest joint Euclidean norm of the gradients
 */
public record TrainingSettings(
        long seed,
        int steps,
        int sequences,
        int context,
        double peakRate,
        int warmupSteps,
        double weightDecay,
        double gradientLimit) {
    private static final double LAST_SHARE = 0.05;

    public TrainingSettings {
        if (steps < 1 || sequences < 1 || context < 2) {
            throw new IllegalArgumentException("Training needs at least one step of one sequence of two tokens, not "
                    + steps + " x " + sequences + " x " + context + ".");
        }
    }

    /** Learning rate of a step, counted from 0, as a share of the peak. */
    double schedule(int step) {
        if (step < warmupSteps) {
            return (step + 1.0) / warmupSteps;
        }
        double progress = (step - warmupSteps) / (double) Math.max(1, steps - warmupSteps);
        return LAST_SHARE + (1 - LAST_SHARE) * 0.5 * (1 + StrictMath.cos(Math.PI * progress));
    }
}
