package io.bisup.platform.outage;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.FailureCode;
import io.bisup.platform.work.Failures;
import jakarta.transaction.RollbackException;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One question, one answer, wherever it is asked. */
class OutagesTest {

    static Stream<Throwable> databaseAway() {
        RollbackException commit = new RollbackException("could not commit");
        commit.addSuppressed(new IllegalStateException(new SQLException("An I/O error occurred", "08006")));
        return Stream.of(
                new SQLException("connection refused", "08001"),
                new SQLException("terminating connection due to administrator command", "57P01"),
                new SQLException("the database system is starting up", "57P03"),
                new SQLException("sorry, too many clients already", "53300"),
                new SQLException("could not extend file: No space left on device", "53100"),
                new SQLException("Acquisition timeout while waiting for new connection"),
                new SQLTransientConnectionException("reset"),
                commit,
                new IllegalStateException("while reading", new SQLException("gone", "08003")));
    }

    @ParameterizedTest
    @MethodSource("databaseAway")
    void aDatabaseThatIsAwayCostsNoAttempt(Throwable thrown) {
        assertThat(Outages.of(thrown)).contains(Store.DATABASE);
        FailureCode code = Failures.of(thrown, null, null, 1).code();
        assertThat(code).isEqualTo(FailureCode.STORE_UNAVAILABLE);
        assertThat(code.attempts()).isEqualTo(Integer.MAX_VALUE);
    }

    static Stream<Throwable> ours() {
        return Stream.of(
                new SQLException("duplicate key", "23505"),
                new SQLException("syntax error", "42601"),
                new IOException("connection reset"),
                new IllegalStateException("surprise"));
    }

    @ParameterizedTest
    @MethodSource("ours")
    void whatWaitingCannotMendIsNoOutage(Throwable thrown) {
        assertThat(Outages.of(thrown)).isEmpty();
        assertThat(Failures.of(thrown, null, null, 1).code()).isEqualTo(FailureCode.INTERNAL);
    }

    @Test
    void aCauseChainThatBitesItsTailEnds() {
        IllegalStateException one = new IllegalStateException("one");
        IllegalStateException other = new IllegalStateException("other", one);
        one.initCause(other);
        assertThat(Outages.of(one)).isEmpty();
    }
}
