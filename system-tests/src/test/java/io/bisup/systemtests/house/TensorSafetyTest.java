package io.bisup.systemtests.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.bisup.llm.testing.UnsafeTensorRules;
import io.bisup.systemtests.Project;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No module writes tensor code that corrupts gradients, leaks or kills the process. */
class TensorSafetyTest {

    private static JavaClasses classes;

    @BeforeAll
    static void importAllModules() {
        List<Path> folders = Project.modules().stream()
                .map(module -> module.resolve("target/classes"))
                .filter(Files::isDirectory)
                .toList();
        classes = new ClassFileImporter().importPaths(folders);
        assertThat(classes.contain("io.bisup.llm.tensor.Kernels")).isTrue();
    }

    static Stream<ArchRule> rules() {
        return UnsafeTensorRules.all().stream();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void noModuleBreaksARule(ArchRule rule) {
        rule.check(classes);
    }
}
