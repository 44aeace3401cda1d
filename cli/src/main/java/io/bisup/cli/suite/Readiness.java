package io.bisup.cli.suite;

import io.bisup.cli.ExitCode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for processes to be ready. */
final class Readiness {

    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int ANSWER_MILLIS = 2_000;

    private Readiness() {}

    /** Whether a service says that it is ready. */
    static boolean answers(URI service) {
        try {
            HttpURLConnection connection = (HttpURLConnection)
                    service.resolve("/q/health/ready").toURL().openConnection();
            connection.setConnectTimeout(ANSWER_MILLIS);
            connection.setReadTimeout(ANSWER_MILLIS);
            return connection.getResponseCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Waits until {@code ready}.
     *
     * @throws SuiteException when the process ends or the limit passes before that
     */
    static void await(String what, ProcessHandle process, Duration limit, BooleanSupplier ready) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!ready.getAsBoolean()) {
            if (!process.isAlive()) {
                throw new SuiteException(what + " ended while starting", ExitCode.FAILED);
            }
            if (System.nanoTime() > deadline) {
                throw new SuiteException(what + " is not ready after " + limit.toSeconds() + " s", ExitCode.FAILED);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }
}
