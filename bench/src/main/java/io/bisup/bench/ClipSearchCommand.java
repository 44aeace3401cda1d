package io.bisup.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.llm.fused.FusedClipSearch;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.weight.ClipSearch;
import io.bisup.llm.weight.WeightKernels;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How fast the clip factors of a weight's groups are found, fused and on the graph's kernels. */
@Command(
        name = "clip-search",
        description = "Speed of the search for a weight's clip factors, fused and on the graph's kernels, in turns."
                + " Prints a table in Markdown.",
        mixinStandardHelpOptions = true)
final class ClipSearchCommand implements Callable<Integer> {
    /** Gate of SmolLM2-135M and of Qwen2.5-0.5B. */
    private static final int[][] SIZES = {{1536, 576}, {4864, 896}};

    private static final int BITS = 4;

    /** What is tried. */
    private record Trial(double norm, int count, double step) {
        double[] factors() {
            return IntStream.range(0, count).mapToDouble(i -> 1 - i * step).toArray();
        }
    }

    /** Searched ranges of weights, and those of QuaRot's GPTQ. */
    private static final List<Trial> TRIALS = List.of(new Trial(2, 36, 0.02), new Trial(2.4, 80, 0.01));

    @Option(names = "--threads", defaultValue = "2", description = "Of the tensor library (${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--repetitions", defaultValue = "5", description = "Measured searches each (${DEFAULT-VALUE}).")
    private int repetitions;

    @Override
    public Integer call() {
        // Read by the tensor library when it is loaded.
        System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.CPU)) {
            PrintStream out = System.out;
            out.printf(Locale.ROOT, "%d threads; milliseconds, the fastest of %d%n%n", threads, repetitions);
            out.println("| weight | group | norm | factors | graph | fused | ratio |");
            out.println("|---|---|---:|---:|---:|---:|---:|");
            for (int[] size : SIZES) {
                for (Scope scope : List.of(Scope.columns(128), new Scope.Row())) {
                    for (Trial trial : TRIALS) {
                        print(out, runtime, size, scope, trial);
                    }
                }
            }
        }
        return 0;
    }

    private void print(PrintStream out, TensorRuntime runtime, int[] size, Scope group, Trial trial) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray weight = runtime.manager().randomNormal(new Shape(size[0], size[1]));
            Format format = Format.integer(BITS, true, group);
            List<ClipSearch> searches =
                    List.of(new WeightKernels(runtime)::clipSearch, FusedClipSearch.bestFor(runtime));
            double[] least = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
            // The first of each warms up.
            for (int i = 0; i <= repetitions; i++) {
                for (int s = 0; s < least.length; s++) {
                    double took = milliseconds(searches.get(s), weight, format, trial);
                    least[s] = i == 0 ? least[s] : Math.min(least[s], took);
                }
            }
            out.printf(
                    Locale.ROOT,
                    "| %d × %d | %s | %s | %d | %.0f | %.1f | %.1f |%n",
                    size[0],
                    size[1],
                    group instanceof Scope.Row ? "row" : "128",
                    trial.norm(),
                    trial.count(),
                    least[0],
                    least[1],
                    least[0] / least[1]);
        }
    }

    private static double milliseconds(ClipSearch search, NDArray weight, Format format, Trial trial) {
        long start = System.nanoTime();
        search.best(weight, format, trial.norm(), trial.factors()).close();
        return (System.nanoTime() - start) / 1e6;
    }
}
