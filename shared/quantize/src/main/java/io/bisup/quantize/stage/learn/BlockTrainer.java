package io.bisup.quantize.stage.learn;

import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Learning;
import io.bisup.llm.tensor.AdamW;
import io.bisup.quantize.stage.BlockContext;
import io.bisup.quantize.stage.BlockParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Learns Θ of one block: AdamW, one sample a step, a fresh permutation each epoch. After each epoch the state is kept if
 * it is the best so far: lowest held-out loss (training loss, where nothing is held out) among the states whose training
 * loss is not above the initial one. The initial state takes part, so a block never ends worse than it began.
 */
public final class BlockTrainer implements AutoCloseable {

    private static final double GRADIENT_LIMIT = 1.0;
    private static final int MAX_STRIKES = 3;

    private final BlockContext context;
    private final BlockParameters parameters;
    private final BlockStep step;
    private final Learning training;
    private final double branchRate;
    private final int[] trained;
    private final int[] heldOut;
    private final SplittableRandom random;
    private final List<String> notes = new ArrayList<>();
    private Snapshot best;
    private double rateFactor = 1;
    private int strikes;

    /** @param branchRate learning rate of the low-rank branches */
    public BlockTrainer(
            BlockContext context, BlockParameters parameters, BlockStep step, Learning training, double branchRate) {
        this.context = context;
        this.parameters = parameters;
        this.step = step;
        this.training = training;
        this.branchRate = branchRate;
        int count = context.samples().count();
        int kept = training.heldOutOf(count);
        this.trained = IntStream.range(0, count - kept).toArray();
        this.heldOut = IntStream.range(count - kept, count).toArray();
        this.random = context.seeds().random(context.layer(), "permutation");
        this.best = new Snapshot(parameters.learnt());
    }

    /** Trains; the parameters then hold the state that was kept. */
    public TrainingOutcome train() {
        double before = step.measure(trained);
        double heldOutBefore = step.measure(heldOut);
        Kept kept = new Kept(before, heldOutBefore);
        AdamW optimizer = optimizer();
        try {
            for (int epoch = 0; epoch < training.epochs() && strikes < MAX_STRIKES; epoch++) {
                if (!epoch(optimizer, epoch)) {
                    optimizer.close();
                    optimizer = optimizer();
                }
                kept = judge(kept, before);
            }
        } finally {
            optimizer.close();
        }
        best.restore(parameters.learnt());
        if (kept.loss == before) {
            notes.add("no epoch was better than the start: reverted");
        }
        return new TrainingOutcome(before, kept.loss, heldOutBefore, kept.heldOutLoss, notes);
    }

    private record Kept(double loss, double heldOutLoss) {}

    private Kept judge(Kept kept, double before) {
        double loss = step.measure(trained);
        double outside = step.measure(heldOut);
        boolean better = heldOut.length > 0 ? outside < kept.heldOutLoss : loss < kept.loss;
        if (!better || !(loss <= before)) {
            return kept;
        }
        best.close();
        best = new Snapshot(parameters.learnt());
        return new Kept(loss, outside);
    }

    /** One pass over the samples; false when it was given up because values stopped being finite. */
    private boolean epoch(AdamW optimizer, int epoch) {
        int[] order = permutation();
        for (int i = 0; i < order.length; i++) {
            context.control().checkpoint();
            if (!update(optimizer, order[i])) {
                strike(epoch);
                return false;
            }
        }
        return true;
    }

    private boolean update(AdamW optimizer, int sample) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            double loss = step.learn(
                    context.samples().input(sample), context.samples().target(sample));
            double norm = optimizer.clipGradientNorm(GRADIENT_LIMIT);
            boolean finite = Double.isFinite(loss) && Double.isFinite(norm);
            if (finite) {
                optimizer.step(rateFactor);
            }
            optimizer.zeroGradients();
            return finite;
        }
    }

    private void strike(int epoch) {
        strikes++;
        rateFactor /= 2;
        best.restore(parameters.learnt());
        notes.add("values stopped being finite in epoch " + (epoch + 1)
                + (strikes < MAX_STRIKES
                        ? ": best state restored, learning rate halved"
                        : ": third time, training of this block ended"));
    }

    private AdamW optimizer() {
        List<AdamW.Group> groups = new ArrayList<>();
        if (!parameters.rangesAndScales().isEmpty()) {
            groups.add(new AdamW.Group("clipping and smoothing", parameters.rangesAndScales(), training.rate(), 0));
        }
        if (!parameters.branches().isEmpty()) {
            groups.add(new AdamW.Group("low rank", parameters.branches(), branchRate, 0));
        }
        return new AdamW(context.kernels(), groups, AdamW.Settings.DEFAULT);
    }

    private int[] permutation() {
        int[] order = trained.clone();
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }

    @Override
    public void close() {
        best.close();
    }
}
