package io.bisup.api.job;

import io.bisup.api.ApiConfig;
import io.bisup.contract.JobEvent;
import io.bisup.contract.Json;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.JobStore;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One client's live feed in the format of server-sent events. It has a thread of its own (a virtual one) and a short queue:
 * a slow client holds up nobody else and nothing piles up.
 */
final class EventFeed implements StreamingOutput {

    private static final Logger LOG = Logger.getLogger(EventFeed.class);
    private static final int QUEUE = 64;

    private final String jobId;
    private final long from;
    private final JobStore jobs;
    private final EventStream events;
    private final ApiConfig config;
    private final BlockingQueue<JobEvent> queue = new ArrayBlockingQueue<>(QUEUE);
    private volatile boolean over;

    /** @param from sequence after which the feed begins */
    EventFeed(String jobId, long from, JobStore jobs, EventStream events, ApiConfig config) {
        this.jobId = jobId;
        this.from = from;
        this.jobs = jobs;
        this.events = events;
        this.config = config;
    }

    /** Writes until the job has ended, the client has gone, or the feed's time is over. */
    @Override
    public void write(OutputStream out) {
        long deadline = System.nanoTime() + config.eventStreamLimit().toNanos();
        try (var following = events.follow(jobId, from, this::enqueue)) {
            send(out, ": begin\n\n");
            while (System.nanoTime() < deadline) {
                JobEvent event = queue.poll(config.eventHeartbeat().toMillis(), TimeUnit.MILLISECONDS);
                send(out, event == null ? ": heartbeat\n\n" : text(event));
                if (event != null && isLast(event)) {
                    return;
                }
            }
        } catch (IOException e) {
            LOG.debugf("the follower of job %s has gone: %s", jobId, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            over = true;
        }
    }

    /** Waits for room; gives up once nobody reads any more. */
    private void enqueue(JobEvent event) {
        try {
            while (!over && !queue.offer(event, 1, TimeUnit.SECONDS)) {
                Thread.onSpinWait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isLast(JobEvent event) {
        return event.type() == JobEvent.Type.STATE_CHANGED
                && jobs.find(jobId)
                        .map(job -> job.state().terminal() && event.sequence() >= job.lastSequence())
                        .orElse(true);
    }

    private static String text(JobEvent event) {
        return "id: " + event.sequence() + "\nevent: " + event.type() + "\ndata: " + Json.write(event) + "\n\n";
    }

    private static void send(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Whether a client asks for a feed rather than for the history. */
    static boolean wanted(@Nullable String accept) {
        return accept != null && accept.contains("text/event-stream");
    }
}
