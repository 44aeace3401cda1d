package io.bisup.api;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.bisup.llm.checkpoint.Checkpoint;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The api-service knows the model library's descriptions of checkpoints and formats, never its tensors. What reads hostile files with
 * a native library is the process of a trial, which has no way to the stores.
 */
class NoTensorsTest {

    private static final String TRIAL = "io.bisup.api.trial..";

    private static final JavaClasses CLASSES = new ClassFileImporter().importPath(Path.of("target/classes"));

    @Test
    void knowsNoTensors() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "io.bisup.llm.tensor..", "io.bisup.llm.model..")
                .because("libtorch is not on its class path")
                .check(CLASSES);
    }

    @Test
    void loadsNoTokenizerItself() {
        noClasses()
                .that()
                .resideOutsideOfPackage(TRIAL)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.bisup.llm.token..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Checkpoint.class)
                .because("a tokenizer may end the process that loads it, and files are mapped there only")
                .check(CLASSES);
    }

    @Test
    void aTrialKnowsNoStoreAndNothingOfTheService() {
        noClasses()
                .that()
                .resideInAPackage(TRIAL)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.bisup.platform.object..",
                        "io.bisup.platform.job..",
                        "io.bisup.platform.registry..",
                        "io.bisup.platform.database..",
                        "io.bisup.platform.dispatch..",
                        "io.bisup.api.input..",
                        "io.bisup.api.job..",
                        "io.bisup.api.access..",
                        "io.quarkus..")
                .check(CLASSES);
    }
}
