package io.bisup.bench;

import io.bisup.contract.Folders;
import io.bisup.contract.Presets;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.PeakMemory;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.run.ModelRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One job in this process; prints the most memory the process held, in bytes. */
@Command(name = "memory-run", hidden = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class MemoryRunCommand implements Callable<Integer> {
    @Option(names = "--blocks", required = true)
    private int blocks;

    @Option(names = "--hidden", required = true)
    private int hidden;

    @Option(names = "--tokens", required = true)
    private int tokens;

    @Option(names = "--samples", required = true)
    private int samples;

    @Option(names = "--preset", required = true)
    private String preset;

    @Option(names = "--model", required = true)
    private Path folder;

    @Override
    public Integer call() throws IOException {
        List<Long> peaks = new ArrayList<>();
        Path work = Files.createTempDirectory("bisup-memory");
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.CPU);
                Checkpoint checkpoint = Checkpoint.open(folder)) {
            DepthModel model = new DepthModel(blocks, hidden, tokens, samples);
            new ModelRun(
                            runtime,
                            model.job(
                                    checkpoint,
                                    runtime.manager(),
                                    Presets.load().get(preset)),
                            Control.NONE)
                    .run(work, List.of(), (shard, report) -> peaks.add(report.peakMemoryBytes()));
            peaks.add(new PeakMemory(ComputeDevice.CPU).bytes().orElse(0));
            System.out.println(Collections.max(peaks));
        } finally {
            Folders.delete(work);
        }
        return 0;
    }
}
