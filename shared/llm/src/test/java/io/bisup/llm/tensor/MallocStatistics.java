package io.bisup.llm.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Collections;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What glibc's allocator has given out and not got back: libtorch's tensors are among it, the Java heap is not.
 *
 * <p>Resident memory says less: it also counts what was freed and is kept for the next request, and the Java heap's growth.
 */
public final class MallocStatistics {
    /** {@code struct mallinfo2} of malloc.h: ten sizes in bytes or counts. */
    private static final MemoryLayout INFO = MemoryLayout.structLayout(
            Collections.nCopies(10, (MemoryLayout) ValueLayout.JAVA_LONG).toArray(MemoryLayout[]::new));

    private static final int MAPPED_BYTES = 4;
    private static final int ARENA_BYTES_IN_USE = 7;

    private static final Optional<MethodHandle> MALLINFO2 = Linker.nativeLinker()
            .defaultLookup()
            .find("mallinfo2")
            .map(address -> Linker.nativeLinker().downcallHandle(address, FunctionDescriptor.of(INFO)));

    private MallocStatistics() {}

    /** Bytes in use, or empty where the C library is not glibc 2.33 or newer. */
    public static OptionalLong bytesInUse() {
        return MALLINFO2.map(MallocStatistics::bytes).map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    private static long bytes(MethodHandle mallinfo2) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = (MemorySegment) mallinfo2.invokeExact((SegmentAllocator) arena);
            return info.getAtIndex(ValueLayout.JAVA_LONG, MAPPED_BYTES)
                    + info.getAtIndex(ValueLayout.JAVA_LONG, ARENA_BYTES_IN_USE);
        } catch (Throwable e) {
            throw new IllegalStateException("mallinfo2 cannot be called", e);
        }
    }
}
