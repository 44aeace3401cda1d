package io.bisup.api.artifact;

import io.bisup.api.preflight.ServedAs;
import java.util.List;

/**
 * The exports of an artifact, and what else can be asked for.
 *
 * @param items oldest first
 * @param formats each format: whether this artifact can be exported so, who reads it, and why it cannot
 */
public record ExportsView(List<ExportView> items, List<ServedAs> formats) {}
