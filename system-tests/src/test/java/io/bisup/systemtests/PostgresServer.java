package io.bisup.systemtests;

import java.nio.file.Path;
import java.util.Optional;

/** The database of a local stack. */
public final class PostgresServer {

    private PostgresServer() {}

    /**
     * The server whose data lie under a folder. It detaches itself from the process that starts it, so it is nobody's child,
     * and its own children do not name the folder.
     */
    public static Optional<ProcessHandle> under(Path folder) {
        return ProcessHandle.allProcesses()
                .filter(p -> p.info().commandLine().orElse("").contains("postgres -D " + folder))
                .findFirst();
    }
}
