package io.bisup.platform.object;

import io.bisup.platform.outage.Store;
import io.bisup.platform.outage.StoreCheck;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Whether the object store serves the bucket. */
@Readiness
@ApplicationScoped
class ObjectStoreHealth implements HealthCheck {

    private final StoreCheck check;

    ObjectStoreHealth(Bucket bucket) {
        this.check = new StoreCheck(Store.OBJECT_STORE, bucket::ping);
    }

    @Override
    public HealthCheckResponse call() {
        return check.answer();
    }
}
