package io.bisup.bench;

import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.PeakMemory;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.worker.pipeline.QuantizationPipeline;
import io.bisup.worker.stage.Control;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One job in this process; prints the most memory the process held, in bytes. */
@Command(name = "memory-run", hidden = true)
final class MemoryRunCommand implements Callable<Integer> {
    @Option(names = "--blocks", required = true)
    private int blocks;

    @Option(names = "--hidden", required = true)
    private int hidden;

    @Option(names = "--tokens", required = true)
    private int tokens;

    @Option(names = "--samples", required = true)
    private int samples;

    @Override
    public Integer call() throws IOException {
        Path work = Files.createTempDirectory("bisup-memory");
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.CPU)) {
            DepthModel model = new DepthModel(blocks, hidden, tokens, samples);
            new QuantizationPipeline(runtime, model.job(runtime.manager()), Control.NONE)
                    .run(work, List.of(), (shard, report) -> {});
            System.out.println(new PeakMemory(ComputeDevice.CPU).bytes().orElse(0));
        } finally {
            delete(work);
        }
        return 0;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
