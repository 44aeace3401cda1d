package io.bisup.bench.methods;

import io.bisup.contract.Folders;
import io.bisup.contract.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A process for one row: its memory is the row's own, and what kills it costs that row alone. */
final class RowProcess {

    private final String main;

    /** @param main name of the class that knows {@link RowRunCommand} */
    RowProcess(String main) {
        this.main = main;
    }

    /**
     * Measures one row.
     *
     * @param work folder for the artifact and what the two processes tell one another; emptied afterwards
     * @return nothing where the process failed; its message stands on the error output
     */
    Optional<RowOutcome> run(PlannedRow planned, Results known, Path work) throws IOException, InterruptedException {
        Path row = Files.createTempDirectory(work, "row");
        try {
            Path target = Files.createDirectory(row.resolve("artifact"));
            Path request = row.resolve("request.json");
            Path outcome = row.resolve("outcome.json");
            Files.writeString(request, Json.write(planned.request(target, known)));
            return run(request, outcome) == 0
                    ? Optional.of(Json.read(Files.readString(outcome), RowOutcome.class))
                    : Optional.empty();
        } finally {
            Folders.delete(row);
        }
    }

    private int run(Path request, Path outcome) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command(request, outcome)).inheritIO();
        // Idle threads of the tensor library sleep instead of spinning on cores that others need.
        builder.environment().putIfAbsent("OMP_WAIT_POLICY", "passive");
        Process process = builder.start();
        Thread end = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(end);
        try {
            return process.waitFor();
        } finally {
            process.destroy();
            Runtime.getRuntime().removeShutdownHook(end);
        }
    }

    private List<String> command(Path request, Path outcome) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main, RowRunCommand.NAME));
        command.addAll(List.of("--request", request.toString(), "--outcome", outcome.toString()));
        return command;
    }
}
