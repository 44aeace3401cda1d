package io.bisup.platform.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatienceTest {

    @Test
    void waitsUntilTheStoreIsBackAndTellsWhichOne() throws IOException {
        List<Optional<Store>> told = new ArrayList<>();
        AtomicInteger tries = new AtomicInteger();
        String answer = new Patience(() -> {}, told::add).ask(() -> {
            if (tries.incrementAndGet() < 3) {
                throw new StoreUnavailableException(Store.OBJECT_STORE, "away", null);
            }
            return "done";
        });
        assertThat(answer).isEqualTo("done");
        assertThat(told)
                .containsExactly(Optional.of(Store.OBJECT_STORE), Optional.of(Store.OBJECT_STORE), Optional.empty());
    }

    @Test
    void aStopEndsTheWaitWithinASecond() {
        AtomicInteger tries = new AtomicInteger();
        AtomicInteger checks = new AtomicInteger();
        Patience patience = Patience.quiet(() -> {
            if (checks.incrementAndGet() > 20) {
                throw new IllegalArgumentException("stop");
            }
        });
        long begin = System.nanoTime();
        assertThatThrownBy(() -> patience.tell(() -> {
                    tries.incrementAndGet();
                    throw new StoreUnavailableException(Store.DATABASE, "away", null);
                }))
                .hasMessage("stop");
        assertThat(System.nanoTime() - begin).isLessThan(4_000_000_000L);
        assertThat(tries.get())
                .as("a stop is obeyed between tries, not after the last")
                .isLessThan(6);
    }

    @Test
    void otherErrorsPassThroughAtOnce() {
        AtomicInteger tries = new AtomicInteger();
        assertThatThrownBy(() -> Patience.quiet(() -> {}).tell(() -> {
                    tries.incrementAndGet();
                    throw new IOException("No space left on device");
                }))
                .hasMessage("No space left on device");
        assertThat(tries).hasValue(1);
    }
}
