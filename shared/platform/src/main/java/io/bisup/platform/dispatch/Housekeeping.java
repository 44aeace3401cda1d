package io.bisup.platform.dispatch;

import io.bisup.platform.database.Sweeper;
import io.bisup.platform.outage.Outages;
import io.bisup.platform.outage.Store;
import io.bisup.platform.work.Collector;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Runs the relay and the sweeper in the service that is asked to; more than one such service does no harm. */
@ApplicationScoped
public class Housekeeping {

    private static final Logger LOG = Logger.getLogger(Housekeeping.class);

    private final HousekeepingSettings settings;
    private final KafkaSettings kafka;
    private final OutboxRelay relay;
    private final Sweeper sweeper;
    private final Collector collector;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(
            3, Thread.ofPlatform().daemon().name("housekeeping-", 0).factory());
    private boolean kafkaDown;
    private volatile boolean databaseDown;

    Housekeeping(
            HousekeepingSettings settings,
            KafkaSettings kafka,
            OutboxRelay relay,
            Sweeper sweeper,
            Collector collector) {
        this.settings = settings;
        this.kafka = kafka;
        this.relay = relay;
        this.sweeper = sweeper;
        this.collector = collector;
    }

    void start(@Observes StartupEvent event) {
        if (settings.enabled()) {
            every(kafka.relayInterval(), this::relay);
            every(settings.sweepInterval(), this::sweep);
            every(settings.collectInterval(), this::collect);
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(5, TimeUnit.SECONDS)) {
            threads.shutdownNow();
        }
    }

    private void every(Duration interval, Runnable task) {
        Future<?> _ = threads.scheduleWithFixedDelay(task, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Says once that Kafka is away, and once that it is back. */
    private void relay() {
        try {
            relay.relay();
            if (kafkaDown) {
                LOG.info("Kafka is back");
            }
            kafkaDown = false;
        } catch (DispatchException e) {
            if (!kafkaDown) {
                LOG.warnf("%s; messages stay in the outbox", e.getMessage());
                LOG.debug("the cause", e);
            }
            kafkaDown = true;
        } catch (RuntimeException e) {
            notNow("the outbox cannot be read", e);
        }
    }

    /** An outage of the database is told once, not five times a second. */
    private void notNow(String what, RuntimeException e) {
        Store away = Outages.of(e).orElse(null);
        if (away == null) {
            LOG.errorf(e, "%s; trying again", what);
        } else if (away != Store.DATABASE || !databaseDown) {
            databaseDown |= away == Store.DATABASE;
            LOG.warnf("%s while %s is away; trying again", what, away.title());
        }
    }

    private void collect() {
        try {
            collector.collect();
        } catch (RuntimeException e) {
            notNow("nothing can be collected", e);
        }
    }

    private void sweep() {
        try {
            sweeper.sweep();
            if (databaseDown) {
                LOG.info("PostgreSQL is back");
            }
            databaseDown = false;
        } catch (RuntimeException e) {
            notNow("nothing can be swept", e);
        }
    }
}
