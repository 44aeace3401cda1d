package io.bisup.api.trial;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;

/** What a trial's process tells, in lines: {@link Opening} before each part of the model, then one {@link Answer}. */
public sealed interface TrialMessage {

    /**
     * A part is opened next; a process that ends without a further word did so over it.
     *
     * @param part the tokenizer's file, or the checkpoint
     */
    record Opening(String part) implements TrialMessage {}

    /** The last message. */
    sealed interface Answer extends TrialMessage {}

    /**
     * Everything can be loaded.
     *
     * @param tokens of a short text; none without a tokenizer
     */
    record Loaded(int tokens) implements Answer {}

    /**
     * A file does not hold what it should.
     *
     * @param message names the file, the cause and a remedy
     */
    record Refused(String message) implements Answer {}

    /**
     * The heap did not suffice.
     *
     * @param part that it did not suffice for
     */
    record OutOfMemory(String part) implements Answer {}

    /** One line. */
    default String line() {
        return getClass().getSimpleName() + " " + Json.write(this);
    }

    /**
     * Reads {@link #line}.
     *
     * @throws InvalidSpecException when it is none
     */
    static TrialMessage parse(String line) {
        int space = line.indexOf(' ');
        String kind = space < 0 ? line : line.substring(0, space);
        String json = line.substring(space + 1);
        return switch (kind) {
            case "Opening" -> Json.read(json, Opening.class);
            case "Loaded" -> Json.read(json, Loaded.class);
            case "Refused" -> Json.read(json, Refused.class);
            case "OutOfMemory" -> Json.read(json, OutOfMemory.class);
            default -> throw new InvalidSpecException("", "no message is called " + kind, "see TrialMessage");
        };
    }
}
