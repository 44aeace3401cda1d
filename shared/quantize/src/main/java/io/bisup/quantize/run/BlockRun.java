package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.BlockReport;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.model.AttentionContext;
import io.bisup.llm.model.DecoderBlock;
import io.bisup.llm.model.DecoderBlockWeights;
import io.bisup.llm.model.KeyValues;
import io.bisup.llm.model.RotaryEmbedding;
import io.bisup.llm.quant.FakeQuantizer;
import io.bisup.llm.quant.KernelOrder;
import io.bisup.llm.quant.QuantizedBlockReader;
import io.bisup.llm.quant.QuantizedBlockWriter;
import io.bisup.llm.tensor.NativeHeap;
import io.bisup.llm.tensor.PeakMemory;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.quantize.stage.BlockContext;
import io.bisup.quantize.stage.BlockParameters;
import io.bisup.quantize.stage.Control;
import io.bisup.quantize.stage.Seeds;
import io.bisup.quantize.stage.learn.TrainingOutcome;
import io.bisup.quantize.stage.prefix.PrefixStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One block's turn: the full-precision stream passes, then the block is solved or replayed, then the quantized stream passes. */
final class BlockRun implements AutoCloseable {

    private final TensorRuntime runtime;
    private final QuantizationInput input;
    private final Control control;
    private final BlockSolver solver;
    private final Streams streams;
    private final RotaryEmbedding rotary;
    private final int layer;
    private final FakeQuantizer quantizer;
    private final PeakMemory memory;
    private final DecoderBlockWeights weights;
    private final @Nullable KeyValues prefix;
    private final double power;
    private final long started = System.nanoTime();

    /** Loads the block and takes prefix and full-precision samples through it. */
    BlockRun(
            TensorRuntime runtime,
            QuantizationInput input,
            Control control,
            BlockSolver solver,
            Streams streams,
            RotaryEmbedding rotary,
            int layer) {
        this.runtime = runtime;
        this.memory = new PeakMemory(runtime.device());
        NativeHeap.trim();
        memory.reset();
        this.input = input;
        this.control = control;
        this.solver = solver;
        this.streams = streams;
        this.rotary = rotary;
        this.layer = layer;
        this.quantizer = new FakeQuantizer(runtime);
        this.weights = DecoderBlockWeights.load(input.config(), layer, this::finite);
        long before = streams.prefix().length();
        DecoderBlock exact = DecoderBlock.fullPrecision(
                input.config(), layer, weights, runtime.lowPrecision());
        this.prefix = before == 0 ? null : streams.prefix().through(exact, rotary);
        this.power = finite(streams.advanceExact(exact, rotary, PrefixStream.contextOf(prefix), control));
    }

    private NDArray finite(String name) {
        NDArray tensor = input.source().apply(name);
        quantizer.requireFinite(name, tensor);
        return tensor;
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
        TrainingOutcome outcome;
        try (NDScope scope = new NDScope();
                BlockParameters parameters = new BlockParameters(blockContext())) {
            scope.suppressNotUsedWarning();
            outcome = solver.solve(parameters.context(), parameters, power);
            write(shard, parameters);
        }
        return report(outcome, advance(shard));
    }

    private BlockContext blockContext() {
        NDArray empty = runtime.manager().create(new Shape(0));
        return new BlockContext(
                runtime,
                input.config(),
                input.formats(),
                layer,
                KernelOrder.of(weights, empty),
                empty,
                streams.samples(),
                rotary.angles(streams.prefix().length(), input.time()),
                prefix,
                new Seeds(input.recipe().calibration().seed()),
                control);
    }

    private void write(Path shard, BlockParameters parameters) {
        try {
            SafetensorsWriter.write(
                    shard,
                    SafetensorsWriter.FORMAT_PT,
                    new QuantizedBlockWriter(input.formats(), quantizer).tensors(layer, parameters.solution()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + shard, e);
        }
    }

    /** The quantized samples' way through the block as its file holds it; returns the relative error of its output. */
    private double advance(Path shard) {
        try (SafetensorsFile file = SafetensorsFile.open(shard);
                NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            QuantizedBlockReader reader =
                    new QuantizedBlockReader(runtime, input.config(), input.formats(), file::tensor);
            // The stored prefix, whose values are on the scale of the folded value projection.
            AttentionContext behind = PrefixStream.contextOf(prefix == null ? null : reader.prefix(layer));
            return streams.advanceQuantized(reader.block(layer), rotary, behind, control) / power;
        }
    }

    private BlockReport report(TrainingOutcome outcome, double error) {
        return new BlockReport(
                layer,
                outcome.before() * power,
                outcome.after() * power,
                outcome.heldOutBefore() * power,
                outcome.heldOutAfter() * power,
                error,
                (System.nanoTime() - started) / 1e9,
                memory.bytes().orElse(0),
                1,
                outcome.notes());
    }

    @Override
    public void close() {
        weights.close();
        if (prefix != null) {
            prefix.close();
        }
    }
}
