package io.bisup.platform.dispatch;

import io.bisup.platform.outage.Store;
import io.bisup.platform.outage.StoreCheck;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/** Whether a broker answers. Work goes on without one, more slowly: the sweeper finds what no bell rang for. */
@Readiness
@ApplicationScoped
class KafkaHealth implements HealthCheck {

    private static final int TIMEOUT_MILLIS = 2_000;

    private final KafkaSettings settings;
    private final StoreCheck check;
    private @Nullable Admin admin;

    KafkaHealth(KafkaSettings settings) {
        this.settings = settings;
        this.check = new StoreCheck(Store.KAFKA, this::ping);
    }

    @Override
    public HealthCheckResponse call() {
        return check.answer();
    }

    private synchronized void ping() {
        if (admin == null) {
            admin = Admin.create(Map.of(
                    "bootstrap.servers",
                    settings.bootstrapServers(),
                    "request.timeout.ms",
                    TIMEOUT_MILLIS,
                    "default.api.timeout.ms",
                    TIMEOUT_MILLIS));
        }
        try {
            admin.describeCluster().nodes().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DispatchException("interrupted while asking for the brokers", e);
        } catch (ExecutionException e) {
            throw new DispatchException("no broker answers at " + settings.bootstrapServers(), e);
        }
    }

    @PreDestroy
    synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
    }
}
