package io.bisup.contract;

import org.jspecify.annotations.Nullable;

/**
 * What is in a data set, and so what it can be used for. It is said when a data set is registered, and every row is held to it
 * there.
 *
 * @param kind what its rows are
 * @param task name of the zero-shot task whose fields the rows have; null where they are of none
 */
public record DatasetSchema(Kind kind, @Nullable String task) {

    /** One running text. */
    public static final DatasetSchema TEXT = new DatasetSchema(Kind.TEXT, null);

    /** Documents, each with an end of its own. */
    public static final DatasetSchema DOCUMENTS = new DatasetSchema(Kind.DOCUMENTS, null);

    /** What rows are. */
    public enum Kind {
        /** Running text. */
        TEXT,
        /** Documents: rows with a string field "text". */
        DOCUMENTS,
        /** Rows with the fields of a zero-shot task. */
        TASK
    }

    public DatasetSchema {
        Check.present(kind, "kind");
        if (kind == Kind.TASK) {
            Check.name(task, "task");
        } else {
            Check.require(task == null, "task", "belongs to kind TASK", "leave it out");
        }
    }

    /** What a body of this format is, given the task that its rows were said to be of, or null. */
    public static DatasetSchema of(DatasetFormat format, @Nullable String task) {
        if (task != null) {
            return new DatasetSchema(Kind.TASK, task);
        }
        return format.hasFields() ? DOCUMENTS : TEXT;
    }

    /** In words: "text", "documents" or "rows of piqa". */
    public String words() {
        return switch (kind) {
            case TEXT -> "text";
            case DOCUMENTS -> "documents";
            case TASK -> "rows of " + task;
        };
    }
}
