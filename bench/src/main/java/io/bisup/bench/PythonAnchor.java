package io.bisup.bench;

import io.bisup.llm.tensor.Compute;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The same step in Python's PyTorch, eager and compiled, in float32 and by autocast in bfloat16, where {@code python3} has torch. */
final class PythonAnchor {
    private static final String PYTHON = "python3";
    private static final long LIMIT_MINUTES = 20;

    private PythonAnchor() {}

    static boolean isPresent() {
        try {
            Process process = new ProcessBuilder(PYTHON, "-c", "import torch")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Runs the script.
     *
     * @param threads of torch
     * @return by name, such as {@code PyTorch 2.13 eager, SDPA}; a mode that fails there is left out
     */
    static Map<String, Tape> run(BlockSize size, int threads, int repetitions) {
        Map<String, Tape> tapes = new TreeMap<>();
        for (String mode : List.of("eager", "compile")) {
            for (Compute compute : Compute.values()) {
                try {
                    run(command(size, threads, repetitions, mode, compute), title(mode, compute), tapes);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        return tapes;
    }

    private static String title(String mode, Compute compute) {
        return mode + ", SDPA" + (compute == Compute.BFLOAT16 ? ", bfloat16 by autocast" : "");
    }

    private static List<String> command(BlockSize size, int threads, int repetitions, String mode, Compute compute) {
        List<String> command = new ArrayList<>(List.of(PYTHON, "-"));
        for (int value : new int[] {
            size.hidden(), size.intermediate(), size.tokens(), size.bits(), size.rank(), threads, repetitions
        }) {
            command.add(String.valueOf(value));
        }
        command.add(mode);
        command.add(compute.toString());
        return command;
    }

    private static void run(List<String> command, String title, Map<String, Tape> tapes) throws IOException {
        Path script = Files.createTempFile("block_step", ".py");
        try (InputStream source = PythonAnchor.class.getResourceAsStream("block_step.py")) {
            if (source == null) {
                throw new IllegalStateException("resource io/bisup/bench/block_step.py is missing");
            }
            Files.write(script, source.readAllBytes());
            Process process = new ProcessBuilder(command)
                    .redirectInput(script.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES) && process.exitValue() == 0) {
                output.lines().forEach(line -> note(line, title, tapes));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            Files.delete(script);
        }
    }

    /** A line is: torch version, wall and processor milliseconds. */
    private static void note(String line, String title, Map<String, Tape> tapes) {
        String[] fields = line.split(" ", -1);
        tapes.computeIfAbsent("PyTorch " + fields[0] + " " + title, name -> new Tape())
                .add(Double.parseDouble(fields[1]), Double.parseDouble(fields[2]));
    }
}
