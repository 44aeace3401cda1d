package io.bisup.api;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The api-service knows the model library's descriptions of checkpoints and formats, never its tensors. */
class NoTensorsTest {

    @Test
    void knowsNoTensors() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "io.bisup.llm.tensor..", "io.bisup.llm.model..", "io.bisup.llm.token..")
                .because("libtorch is not on its class path")
                .check(new ClassFileImporter().importPath(Path.of("target/classes")));
    }
}
