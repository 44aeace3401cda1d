package io.bisup.llm.tensor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Memory that a process has done with and still holds: garbage on the Java heap, and pages the C library keeps. */
public final class FreedMemory {

    private static final Optional<MethodHandle> TRIM = Linker.nativeLinker()
            .defaultLookup()
            .find("malloc_trim")
            .map(address -> Linker.nativeLinker()
                    .downcallHandle(address, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)));

    private FreedMemory() {}

    /**
     * Collects the Java heap, then gives what libtorch freed back to the system where the C library can (glibc). To be called
     * between blocks, without which a process grows with their number: weights on the Java heap outlive the collections of its
     * young generation, and far below the heap's limit the collector sees no reason for a full one; and of tensors of many sizes
     * glibc keeps pages. Takes some tens of milliseconds.
     */
    public static void giveBack() {
        System.gc();
        TRIM.ifPresent(FreedMemory::call);
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
