package io.bisup.platform.outage;

import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.jspecify.annotations.Nullable;

/** A readiness check of one store: DOWN with the reason while it does not answer; asks at most every two seconds. */
public final class StoreCheck {

    private static final Duration HOLDS = Duration.ofSeconds(2);

    private final Store store;
    private final Runnable ping;
    private long askedAt;
    private @Nullable HealthCheckResponse answer;

    /** @param ping throws when the store does not answer within a few seconds */
    public StoreCheck(Store store, Runnable ping) {
        this.store = store;
        this.ping = ping;
    }

    /** The store's state, as of two seconds ago at most. */
    public synchronized HealthCheckResponse answer() {
        HealthCheckResponse known = answer;
        if (known == null || System.nanoTime() - askedAt > HOLDS.toNanos()) {
            known = ask();
            answer = known;
            askedAt = System.nanoTime();
        }
        return known;
    }

    private HealthCheckResponse ask() {
        HealthCheckResponseBuilder check = HealthCheckResponse.named(store.title());
        try {
            ping.run();
            return check.up().build();
        } catch (RuntimeException e) {
            return check.down()
                    .withData("reason", String.valueOf(e.getMessage()))
                    .build();
        }
    }
}
