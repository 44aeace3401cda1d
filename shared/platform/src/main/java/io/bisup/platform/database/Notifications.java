package io.bisup.platform.database;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jboss.logging.Logger;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** Listens for "events of job X are there" on a connection of its own, as long as someone follows. */
@ApplicationScoped
class Notifications {

    private static final Logger LOG = Logger.getLogger(Notifications.class);
    private static final int WAIT_MILLIS = 1000;
    private static final Duration RECONNECT = Duration.ofSeconds(2);

    private final DataSource dataSource;
    private final AtomicBoolean started = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);

    Notifications(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Calls {@code woken} with the job's id, or with "" after a connection was lost; only the first call counts. */
    void start(Consumer<String> woken) {
        if (started.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("event-notifications").start(() -> run(woken));
        }
    }

    void close() {
        closed.countDown();
    }

    private void run(Consumer<String> woken) {
        try {
            while (closed.getCount() > 0) {
                listen(woken);
                closed.await(RECONNECT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen(Consumer<String> woken) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("listen job_events");
            woken.accept("");
            PGConnection postgres = connection.unwrap(PGConnection.class);
            while (closed.getCount() > 0) {
                PGNotification[] notifications = postgres.getNotifications(WAIT_MILLIS);
                for (PGNotification notification : notifications == null ? new PGNotification[0] : notifications) {
                    woken.accept(notification.getParameter());
                }
            }
            statement.execute("unlisten *");
        } catch (SQLException e) {
            LOG.debug("the connection for notifications was lost; connecting again", e);
        }
    }
}
