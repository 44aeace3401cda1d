package io.bisup.platform.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the operating system grants a child process. Beyond its memory allocations fail; beyond its processor time it gets
 * SIGXCPU and a second later SIGKILL. No core file is written, which would hold what the process read.
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
        // Without a hard limit above the soft one the first signal is SIGKILL, which does not say why.
        String limits = String.join(
                " && ",
                "ulimit -c 0",
                "ulimit -d " + memoryBytes / KIBI,
                "ulimit -S -t " + processorSeconds,
                "ulimit -H -t " + (processorSeconds + 1),
                "exec \"$@\"");
        return List.of(SHELL.toString(), "-c", limits, "sh");
    }
}
