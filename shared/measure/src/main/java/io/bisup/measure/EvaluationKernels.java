package io.bisup.measure;

import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The kernels that evaluation adds to the model library's; see {@code kernels.py}. */
public final class EvaluationKernels {

    /** The resource that holds them, beside this class. */
    static final String SOURCE = "kernels.py";

    private EvaluationKernels() {}

    /** Compiles them; the caller closes them. */
    public static Kernels compile(TensorRuntime runtime) {
        return Kernels.compile(runtime, source());
    }

    private static String source() {
        try (InputStream in = EvaluationKernels.class.getResourceAsStream(SOURCE)) {
            return new String(Objects.requireNonNull(in, SOURCE).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
