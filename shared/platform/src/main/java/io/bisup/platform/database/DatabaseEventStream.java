package io.bisup.platform.database;

import io.bisup.contract.JobEvent;
import io.bisup.platform.job.EventStream;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Events from their table; PostgreSQL's notifications wake the followers, the table tells them what happened. */
@ApplicationScoped
class DatabaseEventStream implements EventStream {

    private final EventReads reads;
    private final Notifications notifications;
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();

    DatabaseEventStream(EventReads reads, Notifications notifications) {
        this.reads = reads;
        this.notifications = notifications;
    }

    @Override
    public List<JobEvent> read(String jobId, long sequence, int limit) {
        return reads.after(jobId, sequence, limit);
    }

    @Override
    public Following follow(String jobId, long sequence, Consumer<JobEvent> sink) {
        notifications.start(this::wake);
        Follower follower = new Follower(jobId, sequence, sink, reads, followers::remove);
        followers.add(follower);
        follower.start();
        return follower;
    }

    /** Wakes the followers of a job, or all of them for an empty id. */
    private void wake(String jobId) {
        for (Follower follower : followers) {
            if (jobId.isEmpty() || follower.jobId().equals(jobId)) {
                follower.wake();
            }
        }
    }

    @PreDestroy
    void close() {
        followers.forEach(Follower::close);
        notifications.close();
    }
}
