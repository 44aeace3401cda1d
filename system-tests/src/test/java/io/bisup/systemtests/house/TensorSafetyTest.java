package io.bisup.systemtests.house;

import com.tngtech.archunit.lang.ArchRule;
import io.bisup.llm.testing.UnsafeTensorRules;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No module writes tensor code that corrupts gradients, leaks or kills the process. */
class TensorSafetyTest {

    static Stream<ArchRule> rules() {
        return UnsafeTensorRules.all().stream();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void noModuleBreaksARule(ArchRule rule) {
        rule.check(AllClasses.CLASSES);
    }
}
