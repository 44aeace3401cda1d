package io.bisup.llm.checkpoint;

/**
 * A tensor as the headers tell of it, before a byte of its data is read.
 *
 * @param file name of the file that holds it
 */
public record StoredTensor(String file, TensorEntry entry) {

    /** The tensor's name. */
    public String name() {
        return entry.name();
    }
}
