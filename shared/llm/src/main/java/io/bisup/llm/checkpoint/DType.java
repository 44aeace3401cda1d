package io.bisup.llm.checkpoint;

import java.util.Arrays;
import java.util.Optional;

/** Element types of safetensors files; the constants are spelled as in the format. All are little-endian. */
public enum DType {
    BOOL(1),
    U8(1),
    I8(1),
    I16(2),
    U16(2),
    F16(2),
    BF16(2),
    I32(4),
    U32(4),
    F32(4),
    I64(8),
    U64(8),
    F64(8);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether the type is a floating-point format, the only kind a weight may have. */
    public boolean isFloating() {
        return switch (this) {
            case F16, BF16, F32, F64 -> true;
            case BOOL, U8, I8, I16, U16, I32, U32, I64, U64 -> false;
        };
    }

    static Optional<DType> ofName(String name) {
        return Arrays.stream(values()).filter(t -> t.name().equals(name)).findFirst();
    }
}
