package io.bisup.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The checkout under test. */
public final class Project {

    private static final Pattern MODULE = Pattern.compile("<module>(.+?)</module>");

    private Project() {}

    /** Its folder. */
    public static Path home() {
        String home = System.getProperty("bisup.home");
        assertThat(home).as("system property bisup.home, set by the pom").isNotNull();
        return Path.of(home);
    }

    /** The modules' folders, as the parent pom lists them. */
    public static List<Path> modules() {
        return MODULE.matcher(read(home().resolve("pom.xml")))
                .results()
                .map(m -> home().resolve(m.group(1)))
                .toList();
    }

    /** Every Java source of the modules, generated ones excluded. */
    public static List<Path> sources() {
        return modules().stream()
                .map(module -> module.resolve("src"))
                .filter(Files::isDirectory)
                .flatMap(Project::javaFiles)
                .toList();
    }

    public static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private static Stream<Path> javaFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> f.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }
}
