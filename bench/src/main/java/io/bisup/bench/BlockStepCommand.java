package io.bisup.bench;

import io.bisup.llm.tensor.Compute;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Times one training step of a block against eager PyTorch operators, in turns, so that a busy machine slows all alike. */
@Command(
        name = "block-step",
        description = "Time of one training step of a Llama block with all seven linears fake-quantized, per-group"
                + " learnable clips and adapters, AdamW included; products in float32 and in bfloat16. Prints a table"
                + " in Markdown.",
        mixinStandardHelpOptions = true)
final class BlockStepCommand implements Callable<Integer> {
    private static final int WARM_UP = 2;

    @Option(names = "--hidden", defaultValue = "1024", description = "Width (${DEFAULT-VALUE}).")
    private int hidden;

    @Option(names = "--intermediate", defaultValue = "2816", description = "Width of the MLP (${DEFAULT-VALUE}).")
    private int intermediate;

    @Option(names = "--tokens", defaultValue = "2048", description = "Tokens of the sequence (${DEFAULT-VALUE}).")
    private int tokens;

    @Option(names = "--bits", defaultValue = "3", description = "Of weights and activations (${DEFAULT-VALUE}).")
    private int bits;

    @Option(names = "--rank", defaultValue = "16", description = "Of the adapters (${DEFAULT-VALUE}).")
    private int rank;

    @Option(names = "--threads", defaultValue = "1", description = "Of the tensor library (${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--repetitions", defaultValue = "8", description = "Measured steps each (${DEFAULT-VALUE}).")
    private int repetitions;

    @Option(
            names = "--python",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Also run PyTorch where python3 has it (${DEFAULT-VALUE}).")
    private boolean python;

    @Override
    public Integer call() {
        // Read by the tensor library when it is loaded.
        System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
        BlockSize size = new BlockSize(hidden, intermediate, tokens, bits, rank);
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.CPU)) {
            Map<String, Tape> tapes = measure(runtime, size);
            if (python && PythonAnchor.isPresent()) {
                tapes.putAll(PythonAnchor.run(size, threads, repetitions));
            }
            System.out.print(new StepTable(size, threads, tapes).markdown());
        }
        return 0;
    }

    private Map<String, Tape> measure(TensorRuntime runtime, BlockSize size) {
        RandomBlock block = new RandomBlock(runtime.manager(), size);
        List<Candidate> candidates = new ArrayList<>();
        candidates.add(new EagerCandidate(runtime, block, size));
        candidates.add(BisupCandidate.graph(runtime, block, size, StepVariant.PLAIN));
        for (StepVariant variant : StepVariant.values()) {
            candidates.add(BisupCandidate.fused(runtime, block, size, variant));
        }
        TensorRuntime narrow = runtime.computing(Compute.BFLOAT16);
        candidates.add(BisupCandidate.graph(narrow, block, size, StepVariant.PLAIN));
        candidates.add(BisupCandidate.fused(narrow, block, size, StepVariant.PLAIN));
        candidates.add(new MatrixProducts(runtime, block, size));
        Map<String, Tape> tapes = new LinkedHashMap<>();
        for (int i = 0; i < WARM_UP + repetitions; i++) {
            for (Candidate candidate : candidates) {
                boolean warm = i >= WARM_UP;
                Tape tape = warm ? tapes.computeIfAbsent(candidate.name(), name -> new Tape()) : new Tape();
                tape.time(candidate::step);
            }
        }
        candidates.forEach(Candidate::close);
        return tapes;
    }
}
