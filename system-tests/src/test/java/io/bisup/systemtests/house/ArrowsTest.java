package io.bisup.systemtests.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.Kernels;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
class ArrowsTest {

    private static final String[] SERVICES = {"io.bisup.api..", "io.bisup.worker..", "io.bisup.eval.."};
    private static final String[] STORES = {
        "org.apache.kafka..", "jakarta.persistence..", "org.hibernate..", "io.minio..", "java.sql..", "javax.sql.."
    };
    private static final String[] FRAMEWORKS = {"io.quarkus..", "io.smallrye..", "jakarta.enterprise..", "jakarta.ws.."
    };

    private static final String[] LIBRARIES = {
        "io.bisup.contract..",
        "io.bisup.data..",
        "io.bisup.llm..",
        "io.bisup.quantize..",
        "io.bisup.measure..",
        "io.bisup.export.."
    };

    /** Benchmarks of kernels whose text they compile themselves: what is measured is named by data. */
    private static final String CANDIDATES = "io\\.bisup\\.bench\\.(MatrixProducts|ProductForm|ProductsCommand)";

    @Test
    void servicesNeverImportEachOther() {
        for (String service : SERVICES) {
            String[] others = java.util.Arrays.stream(SERVICES)
                    .filter(s -> !s.equals(service))
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(service)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(others)
                    .because("services talk through contract, Kafka and the stores")
                    .check(AllClasses.CLASSES);
        }
    }

    @Test
    void theContractStandsOnNothingOfOurs() {
        noClasses()
                .that()
                .resideInAPackage("io.bisup.contract..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.bisup.data..",
                        "io.bisup.llm..",
                        "io.bisup.platform..",
                        "io.bisup.cli..",
                        "io.bisup.localstack..")
                .check(AllClasses.CLASSES);
    }

    /** Decision 004. */
    @Test
    void onlyTypedCallsKnowTheNamesOfKernels() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.bisup.llm.tensor..")
                .and()
                .haveSimpleNameNotEndingWith("Kernels")
                .and()
                .haveNameNotMatching(CANDIDATES)
                .should()
                .callMethod(KernelCalls.class, "call", String.class, Object[].class)
                .orShould()
                .callMethod(KernelCalls.class, "callMany", String.class, Object[].class)
                .orShould()
                .callMethod(Kernels.class, "call", String.class, Object[].class)
                .orShould()
                .callMethod(Kernels.class, "callMany", String.class, Object[].class)
                .because("names, argument orders and shapes of kernels stand once, with types")
                .check(AllClasses.CLASSES);
    }

    @Test
    void dataSetsAreReadWithoutModels() {
        noClasses()
                .that()
                .resideInAPackage("io.bisup.data..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.bisup.llm..", "io.bisup.platform..", "ai.djl..")
                .because("api-service reads them too, and holds no tensors")
                .check(AllClasses.CLASSES);
    }

    @Test
    void librariesKnowNoFrameworkAndNoStore() {
        noClasses()
                .that()
                .resideInAnyPackage(LIBRARIES)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(FRAMEWORKS)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(STORES)
                .because("they are plain Java that a researcher can use without services")
                .check(AllClasses.CLASSES);
    }

    @Test
    void platformAndModelLibraryDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage("io.bisup.platform..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.bisup.llm..", "ai.djl..")
                .check(AllClasses.CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.bisup.llm..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.bisup.platform..")
                .check(AllClasses.CLASSES);
    }

    @Test
    void onlyThePlatformKnowsKafkaJpaAndS3() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.bisup.platform..", "io.bisup.localstack..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(STORES)
                .because("a store is changed in one place; local-stack runs the servers and is the other exception")
                .check(AllClasses.CLASSES);
    }

    @Test
    void theWorkshopsMathematicsKnowsNoStore() {
        noClasses()
                .that()
                .resideInAnyPackage("io.bisup.quantize..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.bisup.platform..", "io.bisup.worker.job..")
                .because("the same engine runs without services")
                .check(AllClasses.CLASSES);
    }

    /** What reads hostile files has no way to the stores; what holds their credentials loads no native library. */
    @Test
    void anAttemptsProcessKnowsNoStoreAndItsSupervisorNoTensor() {
        noClasses()
                .that()
                .resideInAPackage("io.bisup.worker.attempt..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.bisup.platform.object..",
                        "io.bisup.platform.job..",
                        "io.bisup.platform.database..",
                        "io.bisup.platform.dispatch..",
                        "io.bisup.worker.job..")
                .check(AllClasses.CLASSES);
        noClasses()
                .that()
                .resideInAPackage("io.bisup.worker.job..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "io.bisup.llm..", "io.bisup.quantize..", "io.bisup.export..")
                .check(AllClasses.CLASSES);
    }

    @Test
    void exportsReadArtifactsWithoutTheEngineThatMadeThem() {
        noClasses()
                .that()
                .resideInAPackage("io.bisup.export..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.bisup.quantize..", "io.bisup.platform..")
                .because("an artifact describes itself")
                .check(AllClasses.CLASSES);
    }

    @Test
    void packagesOfTheModelLibraryHaveNoCycles() {
        slices().matching("io.bisup.llm.(*)..").should().beFreeOfCycles().check(AllClasses.CLASSES);
    }
}
