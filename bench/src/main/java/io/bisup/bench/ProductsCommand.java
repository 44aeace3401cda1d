package io.bisup.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How fast the matrix product of a linear layer runs here in each number format, and how exact it is. */
@Command(
        name = "products",
        description =
                "Speed and error of the matrix product of a linear layer in float32 and bfloat16, plain and packed."
                        + " Prints a table in Markdown.",
        mixinStandardHelpOptions = true)
final class ProductsCommand implements Callable<Integer> {
    private static final int WARM_UP = 2;
    private static final int[][] SIZES = {{512, 1024, 1024}, {2048, 2048, 2048}};

    @Option(names = "--threads", defaultValue = "1", description = "Of the tensor library (${DEFAULT-VALUE}).")
    private int threads;

    @Option(names = "--repetitions", defaultValue = "6", description = "Measured products each (${DEFAULT-VALUE}).")
    private int repetitions;

    @Override
    public Integer call() {
        // Read by the tensor library when it is loaded.
        System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threads));
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.CPU);
                Kernels kernels = Kernels.compile(runtime, ProductForm.KERNELS)) {
            PrintStream out = System.out;
            out.printf(
                    Locale.ROOT,
                    "%d thread(s); GF/s of processor time, the fastest of %d products%n%n",
                    threads,
                    repetitions);
            out.println("| tokens × in × out | form | GF/s | to float32 | relative error |");
            out.println("|---|---|---:|---:|---:|");
            for (int[] size : SIZES) {
                print(out, runtime, kernels, size);
            }
        }
        return 0;
    }

    private void print(PrintStream out, TensorRuntime runtime, Kernels kernels, int[] size) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            RandomBlock random =
                    new RandomBlock(runtime.manager(), new BlockSize(BlockSize.GROUP, BlockSize.GROUP, 1, 4, 1));
            NDArray x = random.normal(1, size[0], size[1]);
            NDArray w = random.normal(1 / Math.sqrt(size[1]), size[2], size[1]);
            List<ProductForm> forms = List.of(ProductForm.all());
            List<NDArray[]> operands =
                    forms.stream().map(form -> form.operands(kernels, x, w)).toList();
            Tape[] tapes = forms.stream().map(form -> new Tape()).toArray(Tape[]::new);
            for (int i = 0; i < WARM_UP + repetitions; i++) {
                for (int f = 0; f < tapes.length; f++) {
                    run(kernels, forms.get(f), operands.get(f), i < WARM_UP ? new Tape() : tapes[f]);
                }
            }
            NDArray exact = kernels.call("linear", (Object) new NDArray[] {x, w});
            double plain = speed(size, tapes[0]);
            for (int f = 0; f < tapes.length; f++) {
                NDArray y = kernels.call(forms.get(f).multiply(), (Object) operands.get(f));
                out.printf(
                        Locale.ROOT,
                        "| %d × %d × %d | %s | %.0f | %.2f | %.0e |%n",
                        size[0],
                        size[1],
                        size[2],
                        forms.get(f).name(),
                        speed(size, tapes[f]),
                        speed(size, tapes[f]) / plain,
                        kernels.call("error", y, exact).getDouble());
            }
        }
    }

    private static void run(Kernels kernels, ProductForm form, NDArray[] operands, Tape tape) {
        tape.time(() -> kernels.call(form.multiply(), (Object) operands).close());
    }

    /** 10⁹ operations a second of the calling thread's processor time, a multiplication and an addition counted apart. */
    private static double speed(int[] size, Tape tape) {
        return 2e-6 * size[0] * size[1] * size[2] / tape.processorMinimum();
    }
}
