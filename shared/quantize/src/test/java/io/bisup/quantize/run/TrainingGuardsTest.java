package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.BlockReport;
import io.bisup.llm.artifact.ArtifactFiles;
import io.bisup.llm.config.Architecture;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.learn.BlockStep;
import io.bisup.quantize.learn.BlockSteps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** B3: what happens when training goes wrong, with faults injected into the training step. */
class TrainingGuardsTest {

    @TempDir
    Path folder;

    /** The real step, with what it reports changed. */
    private record Faulty(BlockStep real, DoubleUnaryOperator learnt, DoubleUnaryOperator measured)
            implements BlockStep {
        @Override
        public double learn(int sample) {
            return learnt.applyAsDouble(real.learn(sample));
        }

        @Override
        public double measure(int... samples) {
            return measured.applyAsDouble(real.measure(samples));
        }

        static BlockSteps of(DoubleUnaryOperator learnt, DoubleUnaryOperator measured) {
            return (work, draft) -> new Faulty(BlockSteps.GRAPH.create(work, draft), learnt, measured);
        }
    }

    private BlockReport run(String name, BlockSteps steps) throws IOException {
        List<BlockReport> reports = new ArrayList<>();
        QuantizationInput input = TinyModels.input(TinyModels.config(Architecture.LLAMA, 1), TinyModels.bisup(3), 0, 32, 64);
        new ModelRun(RUNTIME, input, Control.NONE, steps)
                .run(Files.createDirectory(folder.resolve(name)), List.of(), (shard, report) -> reports.add(report));
        return reports.getFirst();
    }

    private byte[] shard(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name).resolve(ArtifactFiles.block(0)));
    }

    @Test
    void oneLossThatIsNotFiniteCostsAnEpochAndHalvesTheRate() throws IOException {
        AtomicInteger steps = new AtomicInteger();
        BlockReport report =
                run("a", Faulty.of(loss -> steps.incrementAndGet() == 3 ? Double.NaN : loss, loss -> loss));
        assertThat(report.notes()).singleElement().asString().contains("epoch 1", "learning rate halved");
        assertThat(report.lossAfter()).isLessThan(report.lossBefore());
    }

    @Test
    void thriceKeepsTheStart() throws IOException {
        BlockReport report = run("a", Faulty.of(loss -> Double.NaN, loss -> loss));
        assertThat(report.notes()).hasSize(4).last().asString().contains("reverted");
        assertThat(report.notes().get(2)).contains("third time");
        assertThat(report.lossAfter()).isEqualTo(report.lossBefore());
    }

    @Test
    void epochsThatNeverHelpAreReverted() throws IOException {
        run("start", Faulty.of(loss -> Double.NaN, loss -> loss));
        AtomicInteger measured = new AtomicInteger();
        BlockReport report = run("worse", Faulty.of(loss -> loss, loss -> measured.incrementAndGet()));
        assertThat(report.notes()).singleElement().asString().contains("reverted");
        assertThat(shard("worse")).isEqualTo(shard("start"));
    }
}
