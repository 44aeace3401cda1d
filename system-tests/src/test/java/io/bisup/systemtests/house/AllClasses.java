package io.bisup.systemtests.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.bisup.systemtests.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The classes of all modules, read once: that takes longer than all rules together. */
final class AllClasses {

    static final JavaClasses CLASSES = read();

    private AllClasses() {}

    private static JavaClasses read() {
        List<Path> folders = Project.modules().stream()
                .map(module -> module.resolve("target/classes"))
                .filter(Files::isDirectory)
                .toList();
        JavaClasses classes = new ClassFileImporter().importPaths(folders);
        assertThat(classes.contain("io.bisup.llm.tensor.Kernels")).isTrue();
        assertThat(classes.size()).as("classes of all modules").isGreaterThan(100);
        return classes;
    }
}
