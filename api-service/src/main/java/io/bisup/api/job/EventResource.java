package io.bisup.api.job;

import io.bisup.api.ApiConfig;
import io.bisup.contract.JobEvent;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponseSchema;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** A job's events: the history as JSON, or live. */
@Path(JobResource.PATH + "/" + JobResource.ID + "/events")
@Tag(name = "Quantization jobs")
public class EventResource {

    private static final int DEFAULT_LIMIT = 200;
    private static final int MAX_LIMIT = 1_000;

    private final JobStore jobs;
    private final TenantJobs own;
    private final EventStream events;
    private final ApiConfig config;

    EventResource(JobStore jobs, TenantJobs own, EventStream events, ApiConfig config) {
        this.jobs = jobs;
        this.own = own;
        this.events = events;
        this.config = config;
    }

    /**
     * A piece of the history.
     *
     * @param events in order, without gaps
     * @param next ask for what follows with {@code ?after=}
     */
    public record History(List<JobEvent> events, long next) {}

    @GET
    @Produces({MediaType.APPLICATION_JSON, MediaType.SERVER_SENT_EVENTS})
    @RunOnVirtualThread
    @Operation(
            summary = "The job's events, in order: the history as JSON, or live with Accept: text/event-stream",
            description =
                    "Live, id is the event's sequence and Last-Event-ID resumes after it; 204 when nothing will come.")
    @APIResponseSchema(History.class)
    public Response events(
            @PathParam("id") String id,
            @HeaderParam("Accept") @Nullable String accept,
            @HeaderParam("Last-Event-ID") @Nullable String last,
            @QueryParam("after") @Nullable String after,
            @QueryParam("limit") @Nullable String limit) {
        JobRecord job = find(id);
        long from = Parameters.number("after", after, 0, 0, Long.MAX_VALUE);
        return EventFeed.wanted(accept)
                ? live(job, Parameters.number("Last-Event-ID", blank(last), from, 0, Long.MAX_VALUE))
                : history(job, from, (int) Parameters.number("limit", limit, DEFAULT_LIMIT, 1, MAX_LIMIT));
    }

    private Response history(JobRecord job, long from, int limit) {
        List<JobEvent> found = events.read(job.id(), from, limit);
        History history =
                new History(found, found.isEmpty() ? from : found.getLast().sequence());
        return Response.ok(history, MediaType.APPLICATION_JSON_TYPE).build();
    }

    private Response live(JobRecord job, long from) {
        if (job.state().terminal() && from >= job.lastSequence()) {
            return Response.noContent().build();
        }
        return Response.ok(new EventFeed(job.id(), from, jobs, events, config), MediaType.SERVER_SENT_EVENTS_TYPE)
                .header("Cache-Control", "no-store")
                .header("X-Accel-Buffering", "no")
                .build();
    }

    private static @Nullable String blank(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }

    private JobRecord find(String id) {
        return own.get(id);
    }
}
