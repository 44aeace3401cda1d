package io.bisup.platform.database;

import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.Optional;

/** Finds what waits in a queue table: {@code job}, {@code evaluation} or another of their columns. */
final class Waiting {

    private Waiting() {}

    static Optional<String> oldest(EntityManager entities, String table, Duration waited) {
        return entities.createNativeQuery(
                        "select cast(id as text) from " + table + " where state = 'QUEUED'"
                                + " and coalesce(not_before, queued_at)"
                                + " <= clock_timestamp() - make_interval(secs => cast(:waited as double precision))"
                                + " order by id limit 1",
                        String.class)
                .setParameter("waited", waited.toMillis() / 1000.0)
                .getResultStream()
                .findFirst()
                .map(String.class::cast);
    }
}
