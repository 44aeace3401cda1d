package io.bisup.contract;

/** What an attempt is doing inside {@link JobState#RUNNING}, in order. */
public enum Phase {
    /** Model and calibration data come from the store. */
    FETCH,
    /** Calibration text becomes token windows and embeddings. */
    CALIBRATE,
    /** The high-precision prefix key-value cache is computed. */
    PREFIX,
    /** Block i of N is learnt, quantized and committed. */
    BLOCKS,
    /** What is not a block is written: embeddings, norm, head, tokenizer, sidecar; then the exports that the job asks for. */
    EXPORT,
    /** The manifest is put, once. */
    PUBLISH
}
