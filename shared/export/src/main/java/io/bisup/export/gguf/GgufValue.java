package io.bisup.export.gguf;

import java.util.List;

/** A value of a GGUF file's metadata. */
sealed interface GgufValue {

    /** Text, UTF-8. */
    record Text(String value) implements GgufValue {}

    /** An unsigned number of 32 bits. */
    record Count(int value) implements GgufValue {}

    /** A float32. */
    record Real(float value) implements GgufValue {}

    /** True or false. */
    record Flag(boolean value) implements GgufValue {}

    /** Texts, in order. */
    record Texts(List<String> values) implements GgufValue {
        public Texts {
            values = List.copyOf(values);
        }
    }

    /** Signed numbers of 32 bits, in order. */
    record Ints(List<Integer> values) implements GgufValue {
        public Ints {
            values = List.copyOf(values);
        }
    }

    /** Numbers in float32, in order. */
    record Reals(List<Float> values) implements GgufValue {
        public Reals {
            values = List.copyOf(values);
        }
    }
}
