package io.bisup.localstack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/**
 * A local stack in a process of its own, which ends with this one. For tests whose subject must survive the servers' death,
 * and for services, whose shutdown must come before the servers'.
 */
public final class LocalStackProcess implements AutoCloseable {

    private final Process process;
    private final Path folder;
    private final Properties properties;

    private LocalStackProcess(Process process, Path folder, Properties properties) {
        this.process = process;
        this.folder = folder;
        this.properties = properties;
    }

    /** Starts {@link LocalStack} with this process's class path and waits until it is up. */
    public static LocalStackProcess start(Path folder) {
        return start(folder, System.getProperty("java.class.path"));
    }

    /** As {@link #start(Path)}, with a class path that has this module and what it needs. */
    public static LocalStackProcess start(Path folder, String classPath) {
        try {
            Files.createDirectories(folder);
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx384m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-cp",
                            classPath,
                            LocalStack.class.getName(),
                            folder.toString(),
                            "--with-parent")
                    .redirectError(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("stack.log").toFile()))
                    .start();
            return new LocalStackProcess(process, folder, awaitUp(process, folder));
        } catch (IOException e) {
            throw new LocalStackException("the local stack's process cannot start: " + e.getMessage(), e);
        }
    }

    private static Properties awaitUp(Process process, Path folder) throws IOException {
        // Not closed: the process would notice its standard output's end. It writes two lines and no more.
        BufferedReader out = process.inputReader();
        String line = out.readLine();
        if (line == null || !line.startsWith("UP ")) {
            process.destroyForcibly();
            List<String> log = Files.readAllLines(folder.resolve("stack.log"));
            throw new LocalStackException(
                    "the local stack did not start: " + (log.isEmpty() ? line : log.getLast()), null);
        }
        Properties properties = new Properties();
        properties.load(new StringReader(Files.readString(folder.resolve(LocalStack.PROPERTIES_FILE))));
        return properties;
    }

    /** As {@link LocalStack#properties()}. */
    public Properties properties() {
        Properties copy = new Properties();
        copy.putAll(properties);
        return copy;
    }

    /** The configuration file for the services. */
    public Path propertiesFile() {
        return folder.resolve(LocalStack.PROPERTIES_FILE);
    }

    /** The process, for tests that freeze or kill it. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** Kills the process and its postgres at once, as a power cut would end them. */
    public void kill() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
    }

    /** Stops the servers in order and waits. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            process.destroy();
        }
        process.onExit().join();
    }
}
