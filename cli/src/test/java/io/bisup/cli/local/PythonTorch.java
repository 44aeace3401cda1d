package io.bisup.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** PyTorch, where the machine has it. */
final class PythonTorch {

    private PythonTorch() {}

    static boolean isPresent() {
        try {
            return start(List.of("python3", "-c", "import torch")).waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs a script to its end; a failure is the test's, with what the script said. */
    static void run(Object... command) {
        List<String> words = new ArrayList<>(List.of("python3"));
        Arrays.stream(command).map(String::valueOf).forEach(words::add);
        try {
            Process process = start(words);
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Process start(List<String> words) throws IOException {
        return new ProcessBuilder(words).redirectErrorStream(true).start();
    }
}
