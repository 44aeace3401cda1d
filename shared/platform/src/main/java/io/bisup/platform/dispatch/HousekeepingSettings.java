package io.bisup.platform.dispatch;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Relay and sweeper. */
@ConfigMapping(prefix = "bisup.housekeeping")
public interface HousekeepingSettings {

    /** Whether this service relays the outbox and sweeps: true in api-service, false elsewhere. */
    @WithDefault("false")
    boolean enabled();

    /** How often objects that nobody needs are looked for. */
    @WithDefault("10M")
    Duration collectInterval();

    /** How often the sweeper looks for lost attempts, passed limits and jobs without a bell. */
    @WithDefault("5S")
    Duration sweepInterval();
}
