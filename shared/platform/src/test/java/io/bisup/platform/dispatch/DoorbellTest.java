package io.bisup.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.Doorbell;
import io.bisup.platform.database.Given;
import io.bisup.platform.database.Outbox;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class DoorbellTest {

    private static final String NOWHERE = "127.0.0.1:1";
    private static final Duration NEVER = Duration.ofHours(1);

    @Inject
    JobStore jobs;

    @Inject
    Outbox outbox;

    @Inject
    OutboxRelay relay;

    @Inject
    KafkaSettings settings;

    @Inject
    DeadLetters deadLetters;

    @Test
    void aJobSubmittedWhileKafkaIsDownRingsWhenItIsBack() throws InterruptedException {
        String id = jobs.submit(Given.job()).job().id();
        long waiting = outbox.size();
        OutboxRelay broken = new OutboxRelay(outbox, new Settings(NOWHERE, NEVER));
        assertThatThrownBy(broken::relay).isInstanceOf(DispatchException.class).hasMessageContaining("127.0.0.1:1");
        assertThat(outbox.size()).isEqualTo(waiting);

        assertThat(relay.relay()).isPositive();
        assertThat(outbox.size()).isZero();
        BlockingQueue<String> claimed = new LinkedBlockingQueue<>();
        try (var listening = new KafkaDoorbells(new Settings(settings.bootstrapServers(), NEVER), deadLetters)
                .listen(Doorbell.QUANTIZATION_JOBS, w -> Optional.empty(), claimer(claimed))) {
            awaitId(claimed, id);
            assertThat(listening).isNotNull();
        }
    }

    @Test
    void workIsFoundWhileKafkaIsDown() throws InterruptedException {
        BlockingQueue<String> claimed = new LinkedBlockingQueue<>();
        String id = jobs.submit(Given.job()).job().id();
        try (var listening = new KafkaDoorbells(new Settings(NOWHERE, Duration.ofMillis(100)), deadLetters)
                .listen(Doorbell.QUANTIZATION_JOBS, jobs::oldestWaiting, claimer(claimed))) {
            awaitId(claimed, id);
            assertThat(listening).isNotNull();
        }
    }

    /** Claims as a worker would, and notes what it ran. */
    private Claimer claimer(BlockingQueue<String> claimed) {
        return id -> {
            Optional<Claim> claim = jobs.claim(id, "w1", Duration.ofSeconds(60));
            return claim.map(c -> () -> claimed.add(c.jobId()));
        };
    }

    /** Other tests' jobs may be waiting too: takes until ours comes. */
    private static void awaitId(BlockingQueue<String> claimed, String id) throws InterruptedException {
        String next;
        do {
            next = claimed.poll(60, TimeUnit.SECONDS);
        } while (next != null && !next.equals(id));
        assertThat(next).isEqualTo(id);
    }

    /** Settings of a listener or relay; port 1 is where no Kafka is. */
    record Settings(String bootstrapServers, Duration lookInterval) implements KafkaSettings {

        @Override
        public short replication() {
            return 1;
        }

        @Override
        public Duration relayInterval() {
            return Duration.ofMillis(100);
        }

        @Override
        public Duration relayTimeout() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Duration lookWaited() {
            return lookInterval;
        }
    }
}
