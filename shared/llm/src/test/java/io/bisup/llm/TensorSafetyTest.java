package io.bisup.llm;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.ArchTests;
import io.bisup.llm.testing.UnsafeTensorRules;

@AnalyzeClasses(packages = "io.bisup.llm", importOptions = DoNotIncludeTests.class)
class TensorSafetyTest {
    @ArchTest
    static final ArchTests RULES = ArchTests.in(UnsafeTensorRules.class);
}
