package io.bisup.api.job;

import io.bisup.contract.Digests;
import io.bisup.contract.JobState;
import io.bisup.contract.Json;
import io.bisup.contract.Progress;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.Submission;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Validators and hints that answers about jobs carry. */
final class JobResponses {

    private static final int DIGEST_DIGITS = 32;

    private JobResponses() {}

    /** Changes whenever the job's representation does; a late heartbeat changes it without a write. */
    static EntityTag tag(JobRecord job) {
        return new EntityTag(job.version() + (job.heartbeatLate() ? "-late" : ""));
    }

    /** The answer to what makes a job. */
    static Response accepted(Submission submission) {
        JobRecord job = submission.job();
        return withRetryAfter(Response.accepted(JobView.of(job)), job)
                .location(URI.create(JobResource.PATH + "/" + job.id()))
                .tag(tag(job))
                .header("Idempotent-Replayed", !submission.created())
                .build();
    }

    static boolean matches(@Nullable String ifNoneMatch, EntityTag tag) {
        return ifNoneMatch != null
                && Arrays.stream(ifNoneMatch.split(",", -1))
                        .map(String::strip)
                        .map(t -> t.startsWith("W/") ? t.substring(2) : t)
                        .anyMatch(t -> t.equals("*") || t.equals("\"" + tag.getValue() + "\""));
    }

    /** While the job goes on, says when to look again. */
    static Response.ResponseBuilder withRetryAfter(Response.ResponseBuilder response, JobRecord job) {
        return job.state().terminal() ? response : response.header("Retry-After", retryAfterSeconds(job));
    }

    /** The document, or 304 when the client has it. */
    static Response conditional(Object document, @Nullable String ifNoneMatch) {
        String json = Json.write(document);
        EntityTag tag = new EntityTag(Digests.sha256(json).substring(0, DIGEST_DIGITS));
        return matches(ifNoneMatch, tag)
                ? Response.notModified(tag).build()
                : Response.ok(json).tag(tag).build();
    }

    /** Half a block while blocks are worked on, but 1 s to 60 s; 2 s otherwise. */
    private static long retryAfterSeconds(JobRecord job) {
        Progress progress = job.progress();
        if (job.state() != JobState.RUNNING || progress == null || progress.secondsPerBlock() == null) {
            return 2;
        }
        return Math.clamp(Math.round(progress.secondsPerBlock() / 2), 1, 60);
    }
}
