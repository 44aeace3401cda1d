package io.bisup.demo.corpus;

/** What a document is for; the splits share no document. */
public enum Split {
    TRAIN,
    VALIDATION,
    TEST
}
