package io.bisup.llm.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules see every construct of a class that commits them all. */
class UnsafeTensorRulesTest {
    private static final JavaClasses UNSAFE = new ClassFileImporter().importPackages("io.bisup.llm.testing.fixture");

    static List<Arguments> rules() {
        return List.of(
                Arguments.of(UnsafeTensorRules.NO_NUMBER_OVERLOADS, 14),
                Arguments.of(UnsafeTensorRules.NO_SUB_MANAGERS, 1),
                Arguments.of(UnsafeTensorRules.NO_ALIASES, 3),
                Arguments.of(UnsafeTensorRules.NO_BORROWED_MEMORY, 4),
                Arguments.of(UnsafeTensorRules.NO_BFLOAT16, 1),
                Arguments.of(UnsafeTensorRules.NO_LIST_DECODING, 1),
                Arguments.of(UnsafeTensorRules.NATIVE_LAYER_IN_ONE_PACKAGE, 1));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void everyPlantedConstructIsFound(ArchRule rule, int planted) {
        assertThat(rule.evaluate(UNSAFE).getFailureReport().getDetails()).hasSize(planted);
    }

    @ParameterizedTest
    @MethodSource("trainingRule")
    void everyUseOfDjlsTrainingIsFound(ArchRule rule) {
        assertThat(rule.evaluate(UNSAFE).getFailureReport().getDetails())
                .isNotEmpty()
                .allMatch(detail -> detail.contains("training"));
    }

    static List<ArchRule> trainingRule() {
        return List.of(UnsafeTensorRules.NO_DJL_TRAINING);
    }
}
