package io.bisup.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.bisup.llm.tensor.Compute;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** What is timed must be the same work: all candidates start at the same loss and learn. */
class CandidatesTest {
    @Test
    void candidatesStartAtOneLossAndLearn() {
        BlockSize size = new BlockSize(128, 256, 96, 3, 4);
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.CPU)) {
            RandomBlock block = new RandomBlock(runtime.manager(), size);
            try (Candidate eager = new EagerCandidate(runtime, block, size);
                    Candidate graph = BisupCandidate.graph(runtime, block, size, StepVariant.PLAIN);
                    Candidate fused = BisupCandidate.fused(runtime, block, size, StepVariant.PLAIN);
                    Candidate narrow =
                            BisupCandidate.fused(runtime.computing(Compute.BFLOAT16), block, size, StepVariant.PLAIN)) {
                double start = eager.step();
                // The product rounds weight scales to bfloat16; the anchor does not.
                assertThat(graph.step()).isCloseTo(start, within(0.01 * start));
                assertThat(fused.step()).isCloseTo(start, within(0.01 * start));
                assertThat(narrow.step()).isCloseTo(start, within(0.01 * start));
                double learnt =
                        DoubleStream.generate(fused::step).limit(20).min().orElseThrow();
                assertThat(learnt).isLessThan(0.98 * start);
            }
        }
    }

    @Test
    void medianAndMinimumOfUnsortedRuns() {
        Tape tape = new Tape();
        tape.add(3, 30);
        tape.add(1, 10);
        tape.add(2, 20);
        assertThat(tape.wallMinimum()).isEqualTo(1);
        assertThat(tape.wallMedian()).isEqualTo(2);
        assertThat(tape.processorMinimum()).isEqualTo(10);
    }
}
