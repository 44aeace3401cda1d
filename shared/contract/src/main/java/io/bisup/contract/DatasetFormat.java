package io.bisup.contract;

import java.util.Locale;

/** How a data set's bytes are read. It is said when a data set is registered, and part of every result on it. */
public enum DatasetFormat {
    /** UTF-8 text as it is: one text. */
    TEXT("text", "txt"),
    /** UTF-8 text whose lines are rows, as the {@code datasets} library reads WikiText: joined by an empty line. */
    WIKITEXT("wikitext", "raw"),
    /** One JSON object a line; documents have a string field "text". */
    JSONL("jsonl", "jsonl"),
    /** Apache Parquet; documents have a string column "text". */
    PARQUET("parquet", "parquet");

    private final String id;
    private final String extension;

    DatasetFormat(String id, String extension) {
        this.id = id;
        this.extension = extension;
    }

    /** The format's name in parameters, options and results. */
    public String id() {
        return id;
    }

    /** What file names of this format end in, without the dot. */
    public String extension() {
        return extension;
    }

    /** Whether it has rows with named fields, so that it is known where a document ends. */
    public boolean hasFields() {
        return switch (this) {
            case TEXT, WIKITEXT -> false;
            case JSONL, PARQUET -> true;
        };
    }

    /**
     * The format that a file's name stands for where nobody says one: {@code .jsonl}, {@code .json}, {@code .parquet},
     * {@code .raw} (WikiText's own files); every other name stands for text as it is.
     */
    public static DatasetFormat ofFileName(String fileName) {
        String name = fileName.toLowerCase(Locale.ROOT);
        if (name.endsWith(".jsonl") || name.endsWith(".json")) {
            return JSONL;
        }
        if (name.endsWith(".parquet")) {
            return PARQUET;
        }
        return name.endsWith(".raw") ? WIKITEXT : TEXT;
    }
}
