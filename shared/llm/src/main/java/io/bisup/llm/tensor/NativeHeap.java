package io.bisup.llm.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** The C library's heap, where libtorch's CPU tensors lie. */
public final class NativeHeap {

    private static final Optional<MethodHandle> TRIM = Linker.nativeLinker()
            .defaultLookup()
            .find("malloc_trim")
            .map(address -> Linker.nativeLinker()
                    .downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)));

    private NativeHeap() {}

    /**
     * Gives freed memory back to the system where the C library can (glibc). Tensors of many sizes come and go within a
     * block; what glibc keeps of their pages would let a process grow with the number of blocks.
     */
    public static void trim() {
        TRIM.ifPresent(NativeHeap::call);
    }

    private static void call(MethodHandle trim) {
        try {
            int released = (int) trim.invokeExact(0L);
            assert released == 0 || released == 1;
        } catch (Throwable e) {
            throw new IllegalStateException("malloc_trim failed", e);
        }
    }
}
