package io.bisup.contract;

/**
 * How far an export is.
 *
 * @param written bytes of tensors written
 * @param total bytes of all tensors
 */
public record ExportedBytes(long written, long total) {}
