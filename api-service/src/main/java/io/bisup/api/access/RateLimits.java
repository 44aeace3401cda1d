package io.bisup.api.access;

import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.platform.access.Tenant;
import io.bisup.platform.access.Tenants;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Counts a tenant's requests in this process; a changed limit holds within half a minute. */
@ApplicationScoped
class RateLimits {

    private static final long REFRESH_NANOS = Duration.ofSeconds(30).toNanos();
    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final Callers callers;
    private final Tenants tenants;
    private final ConcurrentMap<String, Limit> limits = new ConcurrentHashMap<>();

    RateLimits(Callers callers, Tenants tenants) {
        this.callers = callers;
        this.tenants = tenants;
    }

    private record Limit(int perMinute, Bucket bucket, long readAt) {}

    @ServerRequestFilter
    public void count() {
        Caller caller = callers.current();
        if (!caller.limited()) {
            return;
        }
        Limit limit = limits.compute(caller.tenant(), (id, known) -> refreshed(id, known));
        ConsumptionProbe probe = limit.bucket().tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            throw new ProblemException(
                            ProblemKind.TOO_MANY_REQUESTS,
                            "tenant '" + caller.tenant() + "' may send " + limit.perMinute()
                                    + " requests a minute; send this one again after the time in Retry-After")
                    .retryAfter(Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
    }

    private Limit refreshed(String id, @org.jspecify.annotations.Nullable Limit known) {
        long now = System.nanoTime();
        if (known != null && now - known.readAt() < REFRESH_NANOS) {
            return known;
        }
        Tenant tenant = tenants.get(id);
        return known != null && known.perMinute() == tenant.requestsPerMinute()
                ? new Limit(known.perMinute(), known.bucket(), now)
                : new Limit(tenant.requestsPerMinute(), bucket(tenant.requestsPerMinute()), now);
    }

    private static Bucket bucket(int perMinute) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, WINDOW))
                .build();
    }
}
