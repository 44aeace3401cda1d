package io.bisup.platform.outage;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The one answer to "is a store away?", by an exception with its causes and suppressed exceptions. */
public final class Outages {

    private static final int DEPTH = 20;

    private Outages() {}

    /** Whether the same request may succeed later because a store is away now. */
    public static boolean causedBy(Throwable e) {
        return of(e).isPresent();
    }

    /** The store that is away, or nothing when the error has another reason. */
    public static Optional<Store> of(Throwable e) {
        return of(e, DEPTH);
    }

    /** Suppressed ones count: the transaction manager hides a connection that broke during a commit among them. */
    private static Optional<Store> of(@Nullable Throwable e, int depth) {
        if (e == null || depth == 0) {
            return Optional.empty();
        }
        return direct(e)
                .or(() -> of(e.getCause(), depth - 1))
                .or(() -> Stream.of(e.getSuppressed())
                        .flatMap(s -> of(s, depth - 1).stream())
                        .findFirst());
    }

    private static Optional<Store> direct(Throwable e) {
        return switch (e) {
            case StoreUnavailableException own -> Optional.of(own.store());
            case FailureException f when f.code() == FailureCode.STORE_UNAVAILABLE -> Optional.of(Store.OBJECT_STORE);
            case SQLTransientException _ -> Optional.of(Store.DATABASE);
            case SQLException sql when isOutage(sql.getSQLState()) -> Optional.of(Store.DATABASE);
            default -> Optional.empty();
        };
    }

    /**
     * Classes 08 (connection), 53 (resources) and 57P (operator intervention: shutdown, not yet started), 25006 (a standby
     * before its promotion); none where no connection came from the pool in time.
     */
    private static boolean isOutage(@Nullable String state) {
        return state == null
                || state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57P")
                || state.equals("25006");
    }
}
