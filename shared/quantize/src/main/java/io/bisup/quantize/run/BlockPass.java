package io.bisup.quantize.run;

import ai.djl.ndarray.NDScope;
import io.bisup.contract.BlockReport;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.llm.artifact.BlockLayout;
import io.bisup.llm.artifact.BlockReader;
import io.bisup.llm.artifact.BlockWriter;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.plan.PlannedBlock;
import io.bisup.llm.tensor.FreedMemory;
import io.bisup.llm.tensor.PeakMemory;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.block.Seeds;
import io.bisup.quantize.block.TrainingOutcome;
import io.bisup.quantize.prefix.PrefixStream;
import io.bisup.quantize.stage.Stages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One block's turn: the full-precision stream passes, then the block is solved or replayed, then the quantized stream passes. */
final class BlockPass implements AutoCloseable {

    /** What the passes of a run share. */
    record Tools(
            TensorRuntime runtime,
            QuantizationInput input,
            Control control,
            PlannedBlock planned,
            BlockLayout layout,
            Stages stages,
            Streams streams,
            RotaryEmbedding rotary,
            ExactBlocks exact) {}

    private final Tools tools;
    private final int layer;
    private final PeakMemory memory;
    private final TensorOwner owner;
    private final DecoderBlockWeights weights;
    private final @Nullable KeyValues prefix;
    private final double targetMeanSquare;
    private final long started = System.nanoTime();

    /** Loads the block and takes prefix and full-precision samples through it. */
    BlockPass(Tools tools, int layer) {
        this.tools = tools;
        this.layer = layer;
        this.memory = new PeakMemory(tools.runtime().device());
        FreedMemory.giveBack();
        memory.reset();
        try (TensorOwner loading = new TensorOwner()) {
            this.weights = tools.exact().weights(layer);
            DecoderBlock exact = loading.own(tools.exact().block(layer, weights));
            KeyValues known = tools.streams().prefix().through(exact, tools.rotary());
            this.prefix = known == null ? null : loading.own(known);
            this.targetMeanSquare = finite(tools.streams()
                    .advanceExact(exact, tools.rotary(), PrefixStream.contextOf(prefix), tools.control()));
            this.owner = loading.keep();
        }
    }

    private double finite(double meanSquare) {
        if (!Double.isFinite(meanSquare)) {
            throw new FailureException(
                    FailureCode.NON_FINITE_VALUES,
                    "the full-precision output of block " + layer + " is not finite on the calibration samples");
        }
        return Math.max(meanSquare, Float.MIN_NORMAL);
    }

    /** Takes the quantized samples through a block that an earlier run finished. */
    void replay(Path shard) {
        advance(shard);
    }

    /** Solves the block, writes its file, and takes the quantized samples through it. */
    BlockReport quantize(Path shard) {
        try (NDScope scope = new NDScope();
                Draft draft = new Draft(work())) {
            scope.suppressNotUsedWarning();
            tools.stages().apply(draft.work(), draft);
            write(shard, draft);
            return report(draft, advance(shard));
        }
    }

    private BlockWork work() {
        return new BlockWork(
                tools.runtime(),
                tools.planned(),
                layer,
                weights,
                tools.streams().samples(layer),
                tools.rotary()
                        .angles(tools.streams().prefix().length(), tools.input().time()),
                prefix,
                targetMeanSquare,
                new Seeds(tools.input().recipe().calibration().seed()),
                tools.control());
    }

    private void write(Path shard, Draft draft) {
        try {
            SafetensorsWriter.write(
                    shard,
                    SafetensorsWriter.FORMAT_PT,
                    BlockWriter.tensors(layer, draft.stored(tools.runtime().kernels())));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + shard, e);
        }
    }

    /** The quantized samples' way through the block as its file holds it; returns the relative error of its output. */
    private double advance(Path shard) {
        try (SafetensorsFile file = SafetensorsFile.open(shard);
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            BlockReader reader = new BlockReader(tools.runtime(), tools.input().config(), tools.layout(), file::tensor);
            try (TensorOwner loaded = new TensorOwner()) {
                // The stored prefix, whose values are on the scale of the folded value projection.
                KeyValues stored = prefix == null ? null : loaded.own(reader.prefix(layer));
                AttentionContext behind = PrefixStream.contextOf(stored);
                return tools.streams()
                                .advanceQuantized(
                                        loaded.own(reader.block(layer)), tools.rotary(), behind, tools.control())
                        / targetMeanSquare;
            }
        }
    }

    private BlockReport report(Draft draft, double error) {
        TrainingOutcome outcome = draft.outcome();
        double before = outcome == null ? error : outcome.before();
        return new BlockReport(
                layer,
                before * targetMeanSquare,
                (outcome == null ? error : outcome.after()) * targetMeanSquare,
                (outcome == null ? 0 : outcome.heldOutBefore()) * targetMeanSquare,
                (outcome == null ? 0 : outcome.heldOutAfter()) * targetMeanSquare,
                error,
                (System.nanoTime() - started) / 1e9,
                memory.bytes().orElse(0),
                1,
                draft.notes());
    }

    @Override
    public void close() {
        owner.close();
    }
}
