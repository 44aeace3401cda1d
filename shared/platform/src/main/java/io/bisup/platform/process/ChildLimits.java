package io.bisup.platform.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the operating system grants a child process; beyond it allocations fail, or the process is killed.
 *
 * @param memoryBytes of its private memory, heap and native
 * @param processorSeconds it may compute
 */
public record ChildLimits(long memoryBytes, int processorSeconds) {

    private static final Path SHELL = Path.of("/bin/sh");
    private static final int KIBI = 1024;

    /** A shell that sets the limits and becomes the command; nothing where there is no shell. */
    List<String> shell() {
        if (!Files.isExecutable(SHELL)) {
            return List.of();
        }
        String limits = "ulimit -d " + memoryBytes / KIBI + " && ulimit -t " + processorSeconds;
        return List.of(SHELL.toString(), "-c", limits + " && exec \"$@\"", "sh");
    }
}
