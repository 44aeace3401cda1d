package io.bisup.llm.quant;

/** Which consecutive elements of a tensor's last axis share one scale. */
public sealed interface Grouping {

    /** The whole row: an output channel of a weight, a token of an activation, a head's vector in the KV cache. */
    record Row() implements Grouping {}

    /**
     * Consecutive channels.
     *
     * @param size how many, such as 128
     */
    record Channels(int size) implements Grouping {
        public Channels {
            if (size < 1) {
                throw new IllegalArgumentException("group size is " + size + "; use 1 or more channels");
            }
        }
    }

    static Grouping of(TensorFormat format) {
        return format.groupSize() > 0 ? new Channels(format.groupSize()) : new Row();
    }

    /**
     * Elements per group.
     *
     * @param tensor name used in the error
     * @param width length of the last axis
     * @throws IllegalArgumentException when groups do not tile the axis: a short last group could not be exported
     */
    default int sizeFor(String tensor, long width) {
        return switch (this) {
            case Row row -> Math.toIntExact(width);
            case Channels channels -> tiled(tensor, channels.size(), width);
        };
    }

    /** As the kernels take it: 0 is the whole row. */
    default long kernelSize() {
        return switch (this) {
            case Row row -> 0;
            case Channels channels -> channels.size();
        };
    }

    private static int tiled(String tensor, int size, long width) {
        if (width % size != 0) {
            throw new IllegalArgumentException(tensor + " has " + width + " channels, which groups of " + size
                    + " do not tile; use a group size that divides " + width);
        }
        return size;
    }
}
