package io.bisup.platform.database;

import io.bisup.contract.JobEvent;
import io.bisup.platform.job.EventStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Delivers one job's events to one sink from a virtual thread: reads until there is nothing new, then waits to be woken. */
final class Follower implements EventStream.Following {

    private static final Logger LOG = Logger.getLogger(Follower.class);
    private static final int BATCH = 200;

    /** Looks without being woken so often: a notification may be lost with its connection. */
    private static final Duration LOOK_ANYWAY = Duration.ofSeconds(10);

    private final String jobId;
    private final Consumer<JobEvent> sink;
    private final EventReads reads;
    private final Consumer<Follower> ended;
    private final Semaphore news = new Semaphore(0);
    private volatile boolean closed;
    private long sequence;

    Follower(String jobId, long sequence, Consumer<JobEvent> sink, EventReads reads, Consumer<Follower> ended) {
        this.jobId = jobId;
        this.sequence = sequence;
        this.sink = sink;
        this.reads = reads;
        this.ended = ended;
    }

    void start() {
        Thread.ofVirtual().name("follow-" + jobId).start(this::run);
    }

    String jobId() {
        return jobId;
    }

    void wake() {
        news.release();
    }

    @Override
    public void close() {
        closed = true;
        wake();
    }

    private void run() {
        try {
            while (!closed) {
                if (!deliver()) {
                    await();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.debugf(e, "the sink of job %s is gone", jobId);
        } finally {
            ended.accept(this);
        }
    }

    /** Whether there may be more. */
    private boolean deliver() {
        List<JobEvent> events = read();
        for (JobEvent event : events) {
            if (closed) {
                return false;
            }
            sink.accept(event);
            sequence = event.sequence();
        }
        return events.size() == BATCH;
    }

    private List<JobEvent> read() {
        try {
            return reads.after(jobId, sequence, BATCH);
        } catch (RuntimeException e) {
            LOG.debugf(e, "events of job %s cannot be read now", jobId);
            return List.of();
        }
    }

    private void await() throws InterruptedException {
        if (news.tryAcquire(LOOK_ANYWAY.toMillis(), TimeUnit.MILLISECONDS)) {
            news.drainPermits();
        }
    }
}
