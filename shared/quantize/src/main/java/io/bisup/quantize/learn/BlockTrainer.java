package io.bisup.quantize.learn;

import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Learning;
import io.bisup.llm.tensor.AdamW;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.block.TrainingOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Learns the parameters of one block: AdamW, one sample a step, a fresh permutation each epoch. After each epoch the state is
 * kept if it is the best so far: lowest held-out loss (training loss, where nothing is held out) among the states whose
 * training loss is not above the initial one. The initial state takes part, so a block never ends worse than it began.
 */
public final class BlockTrainer implements AutoCloseable {

    private static final double GRADIENT_LIMIT = 1.0;
    private static final int MAX_STRIKES = 3;

    private final BlockWork work;
    private final Learnt learnt;
    private final BlockStep step;
    private final Learning learning;
    private final int[] trained;
    private final int[] heldOut;
    private final SplittableRandom random;
    private final List<String> notes = new ArrayList<>();
    private Snapshot best;
    private double rateFactor = 1;
    private int strikes;

    BlockTrainer(BlockWork work, Learnt learnt, BlockStep step, Learning learning) {
        this.work = work;
        this.learnt = learnt;
        this.step = step;
        this.learning = learning;
        int count = work.samples().count();
        int kept = learning.heldOutOf(count);
        this.trained = IntStream.range(0, count - kept).toArray();
        this.heldOut = IntStream.range(count - kept, count).toArray();
        this.random = work.seeds().random(work.layer(), "permutation");
        this.best = new Snapshot(learnt.all());
    }

    /** Learns what the recipe learns of a draft, if there is anything; the draft then holds the state that was kept. */
    public static void train(BlockWork work, Draft draft, Learning learning, BlockSteps steps) {
        Learnt learnt = Learnt.of(learning, draft);
        if (learnt.isEmpty()) {
            return;
        }
        learnt.all().forEach(work.kernels()::requireGradient);
        try (BlockTrainer trainer = new BlockTrainer(work, learnt, steps.create(work, draft), learning)) {
            draft.outcome(trainer.train());
        }
    }

    /** Trains; the parameters then hold the state that was kept. */
    TrainingOutcome train() {
        double before = step.measure(trained);
        double heldOutBefore = step.measure(heldOut);
        Kept kept = new Kept(before, heldOutBefore);
        AdamW optimizer = optimizer();
        try {
            for (int epoch = 0; epoch < learning.epochs() && strikes < MAX_STRIKES; epoch++) {
                if (!epoch(optimizer, epoch)) {
                    optimizer.close();
                    optimizer = optimizer();
                }
                kept = judge(kept, before);
            }
        } finally {
            optimizer.close();
        }
        best.restore(learnt.all());
        if (kept.loss == before) {
            notes.add("no epoch was better than the start: reverted");
        }
        return new TrainingOutcome(before, kept.loss, heldOutBefore, kept.heldOutLoss, notes);
    }

    private record Kept(double loss, double heldOutLoss) {}

    /** Measures the training loss only where the held-out loss fell, or nothing is held out. */
    private Kept judge(Kept kept, double before) {
        double outside = step.measure(heldOut);
        if (heldOut.length > 0 && !(outside < kept.heldOutLoss)) {
            return kept;
        }
        double loss = step.measure(trained);
        if (!(loss <= before) || (heldOut.length == 0 && !(loss < kept.loss))) {
            return kept;
        }
        best.close();
        best = new Snapshot(learnt.all());
        return new Kept(loss, outside);
    }

    /** One pass over the samples; false when it was given up because values stopped being finite. */
    private boolean epoch(AdamW optimizer, int epoch) {
        int[] order = permutation();
        for (int i = 0; i < order.length; i++) {
            work.control().checkpoint();
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
            double loss = step.learn(sample);
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
        best.restore(learnt.all());
        notes.add("values stopped being finite in epoch " + (epoch + 1)
                + (strikes < MAX_STRIKES
                        ? ": best state restored, learning rate halved"
                        : ": third time, training of this block ended"));
    }

    private AdamW optimizer() {
        List<AdamW.Group> groups = new ArrayList<>();
        if (!learnt.rangesAndTransforms().isEmpty()) {
            groups.add(new AdamW.Group("ranges and transforms", learnt.rangesAndTransforms(), learning.rate(), 0));
        }
        if (!learnt.lowRank().isEmpty()) {
            groups.add(new AdamW.Group("low rank", learnt.lowRank(), learning.lowRankRate(), 0));
        }
        return new AdamW(work.kernels(), groups, AdamW.Settings.DEFAULT);
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
