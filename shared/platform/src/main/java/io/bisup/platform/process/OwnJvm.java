package io.bisup.platform.process;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of another JVM like this one. */
final class OwnJvm {

    private static final String RUNNER = "quarkus-run.jar";

    private OwnJvm() {}

    /** Same executable, same class path, then {@code options}; a main class and its arguments may follow. */
    static List<String> command(List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(classPath(System.getProperty("java.class.path", "")));
        return command;
    }

    /** A packaged service has its jars in folders beside the runner, which loads them by itself. */
    static String classPath(String own) {
        Path runner = Path.of(own.split(File.pathSeparator, 2)[0]);
        Path folder = runner.toAbsolutePath().getParent();
        if (folder == null || !runner.endsWith(RUNNER) || !Files.isDirectory(folder.resolve("lib"))) {
            return own;
        }
        return String.join(
                File.pathSeparator,
                folder.resolve("app") + "/*",
                folder.resolve("lib/main") + "/*",
                folder.resolve("lib/boot") + "/*");
    }

    /** The options that this JVM was started with and that a computing child needs too: memory, modules, libraries. */
    static List<String> inherited() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(OwnJvm::concernsComputing)
                .toList();
    }

    private static boolean concernsComputing(String option) {
        return option.startsWith("-Xm")
                || option.startsWith("-XX:MaxRAM")
                || option.startsWith("--")
                || option.startsWith("-Dai.djl.")
                || option.startsWith("-DDJL_CACHE_DIR=")
                || option.startsWith("-Djava.io.tmpdir=");
    }
}
