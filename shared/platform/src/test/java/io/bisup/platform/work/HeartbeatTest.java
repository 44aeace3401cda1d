package io.bisup.platform.work;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.platform.job.StaleEpochException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class HeartbeatTest {

    @Test
    void aStoreThatIsAwayIsTriedAgainAndStopsNoWork() throws Exception {
        CountDownLatch beats = new CountDownLatch(3);

        try (Heartbeat heartbeat = Heartbeat.start(Duration.ofMillis(30), () -> {
            beats.countDown();
            throw new IllegalStateException("the database is away");
        })) {
            Assertions.assertThat(beats.await(10, TimeUnit.SECONDS)).isTrue();
            assertThatCode(heartbeat::check).doesNotThrowAnyException();
        }
    }

    @Test
    void aLostClaimStopsTheWorkAndTheBeats() throws Exception {
        AtomicInteger beats = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        Heartbeat heartbeat = Heartbeat.start(Duration.ofMillis(30), () -> {
            beats.incrementAndGet();
            first.countDown();
            throw new StaleEpochException("job", 7);
        });

        Assertions.assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
        heartbeat.close();

        assertThatThrownBy(heartbeat::check).isInstanceOf(StaleEpochException.class);
        Assertions.assertThat(beats).hasValue(1);
    }
}
