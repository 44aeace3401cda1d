package io.bisup.quantize.export;

/** How a rotated embedding and head are stored: as wide as the source's. */
public enum EndsType {
    FLOAT32,
    BFLOAT16
}
