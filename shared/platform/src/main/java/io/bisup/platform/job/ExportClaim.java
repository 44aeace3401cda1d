package io.bisup.platform.job;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.Score;
import java.time.Duration;
import java.util.List;

/**
 * The right to work on an export; as {@link Claim}.
 *
 * @param exportId what is claimed
 * @param epoch fences
 * @param attempt number of this attempt, from 1
 * @param workerId who claimed
 * @param lease how long the claim holds after each heartbeat
 * @param format which form
 * @param artifact what is exported
 * @param scores what its job's evaluation measured; empty where it was not evaluated
 */
public record ExportClaim(
        String exportId,
        long epoch,
        int attempt,
        String workerId,
        Duration lease,
        ExportFormat format,
        ArtifactManifest artifact,
        List<Score> scores) {

    public ExportClaim {
        scores = List.copyOf(scores);
    }
}
