package io.bisup.export.gguf;

/** How a tensor of a GGUF file is stored: blocks of consecutive elements of a row. */
enum GgufType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    /** d float16, 16 bytes of two codes: value = (code − 8) · d. */
    Q4_0(2, 32, 18),
    /** d and m float16, 16 bytes of two codes: value = code · d + m. */
    Q4_1(3, 32, 20),
    /** d float16, 4 bytes of fifth bits, 16 bytes of two codes: value = (code − 16) · d. */
    Q5_0(6, 32, 22),
    /** d float16, 32 signed bytes: value = code · d. */
    Q8_0(8, 32, 34),
    /** 32 bytes of third bits, 64 of four codes, 16 scales of 6 bits, d float16: value = (code − 4) · (scale − 32) · d. */
    Q3_K(11, 256, 110),
    /** 128 bytes of two codes, 64 of fifth and sixth bits, 16 signed scales, d float16: value = (code − 32) · scale · d. */
    Q6_K(14, 256, 210),
    BF16(30, 1, 2);

    private final int id;
    private final int elements;
    private final int bytes;

    GgufType(int id, int elements, int bytes) {
        this.id = id;
        this.elements = elements;
        this.bytes = bytes;
    }

    /** The number in files. */
    int id() {
        return id;
    }

    /** Elements of a block. */
    int elements() {
        return elements;
    }

    /** Bytes of a block. */
    int bytes() {
        return bytes;
    }

    /** The number by which a file tells what most of its tensors are. */
    int fileType() {
        return switch (this) {
            case F32 -> 0;
            case F16 -> 1;
            case Q4_0 -> 2;
            case Q4_1 -> 3;
            case Q8_0 -> 7;
            case Q5_0 -> 8;
            case Q3_K -> 12;
            case Q6_K -> 18;
            case BF16 -> 32;
        };
    }
}
