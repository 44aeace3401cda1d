package io.bisup.llm.tensor;

import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * The two native entry points of DJL that are not public: running a module's method with gradients, and wrapping its result.
 *
 * <p>DJL's public {@code IValueUtils.runMethod} runs in inference mode, whose results autograd refuses. A class of ours in
 * DJL's package would do as well, but fails where DJL is loaded by another class loader (Quarkus tests).
 */
final class TorchLibrary {
    private static final MethodHandle RUN_METHOD;
    private static final MethodHandle NEW_IVALUE;

    static {
        try {
            Class<?> library =
                    Class.forName("ai.djl.pytorch.jni.PyTorchLibrary", true, JniUtils.class.getClassLoader());
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(library, MethodHandles.lookup());
            Object instance = lookup.findStaticGetter(library, "LIB", library).invoke();
            MethodType type = MethodType.methodType(
                    long.class, long.class, String.class, long[].class, boolean.class, boolean.class);
            RUN_METHOD = lookup.findVirtual(library, "moduleRunMethod", type).bindTo(instance);
            NEW_IVALUE = MethodHandles.privateLookupIn(IValue.class, MethodHandles.lookup())
                    .findConstructor(IValue.class, MethodType.methodType(void.class, long.class));
        } catch (Throwable e) {
            throw new IllegalStateException(
                    "This DJL PyTorch engine lacks the expected native methods; use the version of the parent POM.", e);
        }
    }

    private TorchLibrary() {}

    /** Runs one method in the thread's current gradient mode; the caller closes the result. */
    static IValue run(long module, String method, long[] arguments) {
        try {
            long handle = (long) RUN_METHOD.invokeExact(module, method, arguments, true, false);
            return (IValue) NEW_IVALUE.invokeExact(handle);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
