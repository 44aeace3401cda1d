package io.bisup.systemtests.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.systemtests.Project;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./bisup} finds a JDK that is new enough, wherever it is, or says how to get one. */
class FindJdkTest {

    private static final Path THIS_JDK = Path.of(System.getProperty("java.home"));

    @TempDir
    Path folder;

    private record Ended(int code, String output) {}

    @Test
    void takesJavaHomeWhenItIsNewEnough() throws Exception {
        Ended ended = bisup("version", Map.of("JAVA_HOME", THIS_JDK.toString(), "BISUP_JDK_PLACES", "/nowhere"));

        assertThat(ended.output()).contains("at " + THIS_JDK);
        assertThat(ended.code()).isZero();
    }

    @Test
    void passesOverAnOldJavaHomeAndAnOldPath() throws Exception {
        Path old = oldJdk();

        Ended ended = bisup(
                "version",
                Map.of(
                        "JAVA_HOME", old.toString(),
                        "PATH", old.resolve("bin") + ":/usr/bin:/bin",
                        "BISUP_JDK_PLACES", old + ":/nowhere:" + THIS_JDK));

        assertThat(ended.output()).contains("at " + THIS_JDK);
    }

    @Test
    void saysHowToGetOneWhenThereIsNone() throws Exception {
        Path old = oldJdk();

        Ended ended = bisup(
                "test", Map.of("PATH", old.resolve("bin") + ":/usr/bin:/bin", "BISUP_JDK_PLACES", old.toString()));

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.output())
                .contains("no JDK 25")
                .contains("sdk install java")
                .contains("adoptium.net");
        assertThat(ended.output().lines().count()).isLessThanOrEqualTo(6);
    }

    @Test
    void refusesAnUnknownCommandByName() throws Exception {
        Ended ended = bisup("quantise", Map.of("JAVA_HOME", THIS_JDK.toString()));

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.output()).contains("'quantise'").contains("./bisup help");
    }

    @Test
    void doesWithoutAHomeThatCanBeWrittenTo() throws Exception {
        for (String home : new String[] {"", "/nonexistent", "/proc"}) {
            Ended ended = bisup("version", Map.of("JAVA_HOME", THIS_JDK.toString(), "HOME", home));

            assertThat(ended.output())
                    .as("HOME=" + home)
                    .contains("at " + THIS_JDK)
                    .doesNotContain("HOME");
            assertThat(ended.code()).isZero();
        }
    }

    /** What another user cannot read, such as the builder's ~/.m2, is on no class path. */
    @Test
    void theCheckoutHoldsItsLibraries() throws Exception {
        for (String module : new String[] {"cli", "local-stack"}) {
            String path = Files.readString(Project.home().resolve(module).resolve("target/launcher.classpath"));
            for (String jar : path.strip().split(java.io.File.pathSeparator, -1)) {
                assertThat(Path.of(jar)).startsWith(Project.home()).exists();
            }
        }
    }

    /** A folder that looks like a JDK 17 as far as the launcher looks. */
    private Path oldJdk() throws IOException {
        Path old = Files.createDirectories(folder.resolve("jdk-17"));
        Files.createDirectories(old.resolve("bin"));
        Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.13\"\n");
        for (String tool : new String[] {"java", "javac"}) {
            Path file = Files.writeString(old.resolve("bin").resolve(tool), "#!/bin/sh\nexit 1\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        return old;
    }

    private Ended bisup(String command, Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder("sh", Project.home().resolve("bisup").toString(), command);
        builder.environment().clear();
        builder.environment().putAll(new TreeMap<>(Map.of("PATH", "/usr/bin:/bin", "HOME", folder.toString())));
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }
}
