package io.bisup.cli.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A postgres that outlived its local-stack, as after kill -9: it would go on for ever, since nobody else stops it. */
final class LeftPostgres {

    private LeftPostgres() {}

    /** The server that holds the data in {@code stores}, when it is alive. */
    static Optional<ProcessHandle> find(Path stores) throws IOException {
        Path data = stores.resolve("postgres").toAbsolutePath();
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(pidFile);
        if (lines.isEmpty() || !lines.getFirst().strip().matches("\\d{1,9}")) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(lines.getFirst().strip())).filter(p -> serves(p, data));
    }

    /** Process ids are used again: only a postgres that was started with this folder is meant. */
    private static boolean serves(ProcessHandle process, Path data) {
        String[] arguments = process.info().arguments().orElse(new String[0]);
        return process.info().command().orElse("").endsWith("postgres")
                && List.of(arguments).contains(data.toString());
    }
}
