package io.bisup.bench;

import io.bisup.contract.Folders;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Preset;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Peak memory of the same job over models of the same width and several depths, each in a process of its own. */
@Command(
        name = "memory",
        description = "Peak resident memory of jobs over a shallow and a deep model of the same width. Prints a"
                + " table in Markdown; fails when one needs more than a tenth above the shallowest.",
        mixinStandardHelpOptions = true)
final class MemoryCommand implements Callable<Integer> {
    private static final double TOLERANCE = 1.10;
    private static final double MEBIBYTE = 1 << 20;

    @Option(names = "--blocks", split = ",", defaultValue = "6,24", description = "Depths (${DEFAULT-VALUE}).")
    private List<Integer> blocks = List.of();

    @Option(names = "--hidden", defaultValue = "512", description = "Width (${DEFAULT-VALUE}).")
    private int hidden;

    @Option(names = "--tokens", defaultValue = "256", description = "Tokens of a sample (${DEFAULT-VALUE}).")
    private int tokens;

    @Option(names = "--samples", defaultValue = "4", description = "Samples (${DEFAULT-VALUE}).")
    private int samples;

    @Option(
            names = "--presets",
            split = ",",
            defaultValue = "bisup-w3a3-g128",
            description = "Names, or all (${DEFAULT-VALUE}).")
    private List<String> presets = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        System.out.printf("hidden %d, %d samples of %d tokens, float32 on CPU%n%n", hidden, samples, tokens);
        System.out.println("| preset | blocks | peak MiB | to the shallowest |");
        System.out.println("|---|---:|---:|---:|");
        double worst = 1;
        for (String preset : named()) {
            worst = Math.max(worst, row(preset));
        }
        return worst <= TOLERANCE ? 0 : 1;
    }

    private List<String> named() {
        return presets.equals(List.of("all"))
                ? Presets.load().all().stream().map(Preset::name).toList()
                : presets;
    }

    /** Prints a line for each depth; returns the greatest ratio to the first. */
    private double row(String preset) throws IOException, InterruptedException {
        double shallow = 0;
        double worst = 1;
        for (int depth : blocks) {
            long peak = peak(preset, depth);
            shallow = shallow == 0 ? peak : shallow;
            worst = Math.max(worst, peak / shallow);
            System.out.printf(
                    Locale.ROOT, "| `%s` | %d | %.0f | %.3f |%n", preset, depth, peak / MEBIBYTE, peak / shallow);
        }
        return worst;
    }

    private long peak(String preset, int depth) throws IOException, InterruptedException {
        Path model = Files.createTempDirectory("bisup-depth");
        try {
            new DepthModel(depth, hidden, tokens, samples).write(model);
            return peak(preset, depth, model);
        } finally {
            Folders.delete(model);
        }
    }

    private long peak(String preset, int depth, Path model) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command(preset, depth, model))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the job over " + depth + " blocks failed; its message stands above");
        }
        return Long.parseLong(output.lines().reduce((first, last) -> last).orElseThrow());
    }

    private List<String> command(String preset, int depth, Path model) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "memory-run"));
        command.addAll(List.of("--blocks", String.valueOf(depth), "--hidden", String.valueOf(hidden)));
        command.addAll(List.of("--tokens", String.valueOf(tokens), "--samples", String.valueOf(samples)));
        command.addAll(List.of("--preset", preset, "--model", model.toString()));
        return command;
    }
}
