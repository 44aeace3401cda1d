package io.bisup.platform.registry;

import io.bisup.contract.DatasetSchema;

/** A name that already stands for something else: names the field that differs, the cause and a remedy. */
public final class NameTakenException extends RuntimeException {

    private static final String REMEDY = "choose another name, what is registered never changes";

    private final String field;
    private final String reason;

    private NameTakenException(String field, String subject, String reason) {
        super(subject + " " + reason + ": " + REMEDY);
        this.field = field;
        this.reason = reason;
    }

    /** The name stands for other bytes. */
    public static NameTakenException bytes(String kind, String name, String registered, String offered) {
        return new NameTakenException(
                "name", kind + " '" + name + "'", "is registered with digest " + registered + ", not " + offered);
    }

    /**
     * Requires that a data set of the same bytes is read the same way and means the same; where nobody says what is in it, it
     * means what is registered.
     *
     * @throws NameTakenException otherwise
     */
    public static void requireSame(RegisteredDataset registered, RegisteredDataset offered) {
        if (registered.format() != offered.format()) {
            throw as(
                    "format",
                    offered.name(),
                    registered.format().id(),
                    offered.format().id());
        }
        DatasetSchema known = registered.schema();
        DatasetSchema said = offered.schema();
        if (known != null && said != null && !known.equals(said)) {
            throw as("schema", offered.name(), known.words(), said.words());
        }
    }

    private static NameTakenException as(String field, String dataset, String registered, String offered) {
        return new NameTakenException(
                field,
                "data set '" + dataset + "'",
                "is registered with these bytes as " + registered + ", not as " + offered);
    }

    /** Name of the field that differs from what is registered. */
    public String field() {
        return field;
    }

    /** How it differs. */
    public String reason() {
        return reason;
    }

    /** What to do about it. */
    public String remedy() {
        return REMEDY;
    }
}
