package io.bisup.llm.testing;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.Buffer;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Constructs of DJL that give wrong numbers, leak or kill the process without an exception. A module that handles tensors
 * applies these rules in its own tests: {@code @ArchTest static final ArchTests RULES = ArchTests.in(UnsafeTensorRules.class)}.
 */
public final class UnsafeTensorRules {
    private static final String NDARRAY = "ai.djl.ndarray.NDArray";
    private static final String NDMANAGER = "ai.djl.ndarray.NDManager";

    /** The one class that may borrow Java memory and reshape, because it copies. */
    private static final String GLUE = "io.bisup.llm.tensor.Tensors";

    private static final Pattern PRIMITIVE_ARRAY = Pattern.compile("\\[+[BCDFIJSZ]");

    private UnsafeTensorRules() {}

    /** The scalar lives in Java memory that is freed while autograd still reads it: wrong gradients, no exception. */
    @ArchTest
    public static final ArchRule NO_NUMBER_OVERLOADS = noClasses()
            .should()
            .callCodeUnitWhere(owned(NDARRAY).and(takes(Number.class)))
            .because("NDArray's Number overloads corrupt gradients: pass the number to a kernel");

    /** Results are attached to the manager of their first operand, so a per-step manager frees nothing. */
    @ArchTest
    public static final ArchRule NO_SUB_MANAGERS = noClasses()
            .should()
            .callCodeUnitWhere(owned(NDMANAGER).and(named("newSubManager")))
            .because("per-step managers leak: open an NDScope around the step");

    /** Views of borrowed Java memory dangle when their source is collected. */
    @ArchTest
    public static final ArchRule NO_ALIASES = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(GLUE)
            .should()
            .callCodeUnitWhere(owned(NDARRAY).and(named("toType").or(named("reshape"))))
            .because("toType and reshape may alias their source: reshape and convert in a kernel");

    /** Tensors that borrow Java memory are what aliases and autograd outlive. */
    @ArchTest
    public static final ArchRule NO_BORROWED_MEMORY = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(GLUE)
            .should()
            .callCodeUnitWhere(owned(NDMANAGER).and(named("create")).and(takesJavaData()))
            .because("manager.create(data) borrows Java memory: use io.bisup.llm.tensor.Tensors");

    /** Creating or decoding a bfloat16 tensor aborts the process. */
    @ArchTest
    public static final ArchRule NO_BFLOAT16 = noClasses()
            .should()
            .accessFieldWhere(DescribedPredicate.describe(
                    "DataType.BFLOAT16",
                    access -> access.getTargetOwner().isAssignableTo("ai.djl.ndarray.types.DataType")
                            && access.getTarget().getName().equals("BFLOAT16")))
            .because("a bfloat16 NDArray kills the JVM: widen with io.bisup.llm.tensor.Bfloat16");

    /** Its state is made inside the step's scope and freed with it; one collector exists per process. */
    @ArchTest
    public static final ArchRule NO_DJL_TRAINING = noClasses()
            .should()
            .dependOnClassesThat(resideInAPackage("ai.djl.training.."))
            .because(
                    "DJL's optimizers lose their state in a scope and its collector is one per process: use AdamW and Kernels");

    /** Reads the whole data section into one array and aborts on bfloat16. */
    @ArchTest
    public static final ArchRule NO_LIST_DECODING = noClasses()
            .should()
            .callCodeUnitWhere(owned("ai.djl.ndarray.NDList").and(named("decode")))
            .because("NDList.decode aborts on bfloat16 and on files over 2 GiB: use io.bisup.llm.checkpoint");

    /** The native layer has no checks. */
    @ArchTest
    public static final ArchRule NATIVE_LAYER_IN_ONE_PACKAGE = noClasses()
            .that()
            .resideOutsideOfPackages("io.bisup.llm.tensor..", "io.bisup.llm.fused..")
            .should()
            .dependOnClassesThat(resideInAPackage("ai.djl.pytorch.."))
            .because("the engine's native layer checks nothing: go through TensorRuntime and Kernels; the fused kernels"
                    + " read tensors in place");

    /** Every rule, for tests that choose their classes themselves. */
    public static List<ArchRule> all() {
        return List.of(
                NO_NUMBER_OVERLOADS,
                NO_SUB_MANAGERS,
                NO_ALIASES,
                NO_BORROWED_MEMORY,
                NO_BFLOAT16,
                NO_DJL_TRAINING,
                NO_LIST_DECODING,
                NATIVE_LAYER_IN_ONE_PACKAGE);
    }

    private static DescribedPredicate<JavaCall<?>> owned(String type) {
        return DescribedPredicate.describe(
                "of " + type, call -> call.getTargetOwner().isAssignableTo(type));
    }

    private static DescribedPredicate<JavaCall<?>> named(String method) {
        return DescribedPredicate.describe(
                "named " + method, call -> call.getTarget().getName().equals(method));
    }

    private static DescribedPredicate<JavaCall<?>> takes(Class<?> parameter) {
        return DescribedPredicate.describe(
                "with a parameter of " + parameter,
                call -> call.getTarget().getRawParameterTypes().stream()
                        .anyMatch(type -> type.isEquivalentTo(parameter)));
    }

    private static DescribedPredicate<JavaCall<?>> takesJavaData() {
        return DescribedPredicate.describe(
                "from Java data",
                call -> call.getTarget().getRawParameterTypes().stream().anyMatch(UnsafeTensorRules::isJavaData));
    }

    private static boolean isJavaData(JavaClass type) {
        return type.isPrimitive()
                || type.isAssignableTo(Buffer.class)
                || type.isEquivalentTo(Number.class)
                || PRIMITIVE_ARRAY.matcher(type.getName()).matches();
    }
}
