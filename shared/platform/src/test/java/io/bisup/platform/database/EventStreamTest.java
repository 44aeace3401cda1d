package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.JobEvent;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class EventStreamTest {

    @Inject
    JobStore jobs;

    @Inject
    EventStream events;

    @Test
    void aFollowerGetsHistoryAndWhatComesOnceAndInOrder() throws InterruptedException {
        String id = jobs.submit(Given.job()).job().id();
        BlockingQueue<JobEvent> sink = new LinkedBlockingQueue<>();
        try (var following = events.follow(id, 0, sink::add)) {
            assertThat(sink.poll(20, TimeUnit.SECONDS).sequence()).isEqualTo(1);
            Claim claim = jobs.claim(id, "w1", Duration.ofSeconds(30)).orElseThrow();
            for (int block = 0; block < Given.BLOCKS; block++) {
                jobs.commitBlock(claim, Given.block(block), List.of());
            }
            List<Long> seen = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                // Well below the follower's own look after 10 s: the notification woke it.
                seen.add(sink.poll(8, TimeUnit.SECONDS).sequence());
            }
            assertThat(seen).containsExactly(2L, 3L, 4L, 5L);
            assertThat(following).isNotNull();
        }
    }

    @Test
    void aFollowerResumesAfterTheLastEventItSaw() throws InterruptedException {
        String id = jobs.submit(Given.job()).job().id();
        assertThat(jobs.claim(id, "w1", Duration.ofSeconds(30))).isPresent();
        BlockingQueue<JobEvent> sink = new LinkedBlockingQueue<>();
        try (var following = events.follow(id, 1, sink::add)) {
            assertThat(sink.poll(20, TimeUnit.SECONDS).sequence()).isEqualTo(2);
            assertThat(following).isNotNull();
        }
    }
}
