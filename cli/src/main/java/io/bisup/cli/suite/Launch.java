package io.bisup.cli.suite;

import io.bisup.cli.ExitCode;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Builds the command line of each member. Heaps are small because tensors live in native memory. */
final class Launch {

    private static final Path NICE = Path.of("/usr/bin/nice");
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    /**
     * Linux shares the processor out to sessions first where it groups processes by session (sched(7), autogroup), and
     * {@code nice} counts within a session only; this is the niceness of the session. Then runs the arguments.
     */
    private static final String YIELD_TO_OTHER_SESSIONS =
            "[ -w /proc/self/autogroup ] && echo 10 > /proc/self/autogroup; exec \"$@\"";

    /** For members that compute nothing: the large compiler takes about half of the processor time of their start. */
    private static final String SMALL_COMPILER = "-XX:TieredStopAtLevel=1";

    private static final List<String> ENGINE = List.of(
            "-Xmx1g",
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dai.djl.offline=true");

    private final SuiteFolders folders;
    private final SuiteSettings settings;

    Launch(SuiteFolders folders, SuiteSettings settings) {
        this.folders = folders;
        this.settings = settings;
    }

    List<String> stores() {
        List<String> command = session();
        command.addAll(java(List.of(
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow")));
        command.addAll(keptClasses(Member.LOCAL_STACK));
        command.addAll(List.of("-cp", classPath(Member.LOCAL_STACK), "io.bisup.localstack.LocalStack"));
        command.add(folders.stores().toString());
        return command;
    }

    /**
     * Options by which the JVM writes its parsed classes to a file beside the jars when it ends and maps that file at the
     * next start, which takes two thirds of the processor time then. Its warnings about a file of older jars, which it
     * replaces, are switched off.
     */
    private List<String> keptClasses(Member member) {
        return List.of(
                "-XX:+AutoCreateSharedArchive",
                "-XX:SharedArchiveFile=" + target(member).resolve("classes.jsa"),
                "-Xlog:cds*=off",
                "-Xlog:aot*=off");
    }

    List<String> service(Member member, int port) {
        List<String> command = member == Member.API ? session() : politeSession();
        command.addAll(java(
                switch (member) {
                    case API -> List.of("-Xmx384m", SMALL_COMPILER, "-Dvertx.disableURIValidation=true");
                    case WORKER ->
                        Stream.concat(ENGINE.stream(), Stream.of(SMALL_COMPILER))
                                .toList();
                    case EVAL -> ENGINE;
                    case LOCAL_STACK -> throw new IllegalArgumentException("the stores are no service");
                }));
        command.add("-XX:+UseSerialGC");
        command.addAll(keptClasses(member));
        command.add("-Dbisup.local=true");
        command.add("-Dquarkus.http.host=127.0.0.1");
        command.add("-Dquarkus.http.port=" + port);
        command.add("-Dsmallrye.config.locations=" + folders.stackProperties().toUri());
        command.add("-DDJL_CACHE_DIR=" + djlCache());
        if (member != Member.API) {
            command.add("-Dbisup.work.dir=" + folders.work(member));
        }
        settings.properties().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(e -> command.add("-D" + e.getKey() + "=" + e.getValue()));
        command.addAll(List.of("-jar", present(target(member).resolve("quarkus-app/quarkus-run.jar"))));
        return command;
    }

    /** Number crunching leaves the processor to whoever waits for an answer of api-service. */
    private static List<String> politeSession() {
        List<String> command = session();
        if (!command.isEmpty()) {
            command.addAll(List.of("/bin/sh", "-c", YIELD_TO_OTHER_SESSIONS, "sh"));
        }
        if (Files.isExecutable(NICE)) {
            command.addAll(List.of(NICE.toString(), "-n", "10"));
        }
        return command;
    }

    /** A session of its own: Ctrl-C at the terminal must not stop stores and services all at once. */
    private static List<String> session() {
        return Files.isExecutable(SETSID) ? new ArrayList<>(List.of(SETSID.toString())) : new ArrayList<>();
    }

    /** The process that starts dead members again; it needs what this one needs. */
    List<String> guardian() {
        List<String> command = session();
        command.addAll(java(List.of("-Xmx64m", "-XX:+UseSerialGC", SMALL_COMPILER)));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Guardian.class.getName()));
        command.add(folders.home().toString());
        command.add(folders.state().toString());
        command.add(folders.data().toString());
        return command;
    }

    private static List<String> java(List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        return command;
    }

    private static String djlCache() {
        String configured = System.getenv("DJL_CACHE_DIR");
        return configured != null
                ? configured
                : Path.of(System.getProperty("user.home"), ".djl.ai").toString();
    }

    private String classPath(Member member) {
        Path list = Path.of(present(target(member).resolve("launcher.classpath")));
        try {
            return jar(member) + File.pathSeparator + Files.readString(list).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + list, e);
        }
    }

    /** A jar, not the folder of classes: only classes of jars are kept. */
    private Path jar(Member member) throws IOException {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(target(member), "bisup-*[0-9].jar")) {
            for (Path jar : jars) {
                return jar;
            }
        }
        return Path.of(present(target(member).resolve("bisup-" + member.id() + ".jar")));
    }

    private Path target(Member member) {
        return folders.home().resolve(member.id()).resolve("target");
    }

    private static String present(Path file) {
        if (!Files.exists(file)) {
            throw new SuiteException(file + " is missing: build it with ./mvnw -DskipTests package", ExitCode.FAILED);
        }
        return file.toString();
    }
}
