package io.bisup.localstack;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Runs a local stack until it is told to stop:
 *
 * <pre>java io.bisup.localstack.LocalStack FOLDER [--with-parent]</pre>
 *
 * <p>Prints "UP" and the configuration file's path on one line when everything answers. {@code --with-parent} also ends it
 * when its standard input closes, so that it never outlives the test that started it.
 */
final class LocalStackMain {

    private static final Logger ROOT = Logger.getLogger("");

    private LocalStackMain() {}

    @SuppressWarnings("SystemOut")
    static void run(String[] arguments) {
        if (arguments.length == 0) {
            System.err.println("usage: LocalStack FOLDER [--with-parent]");
            System.exit(2);
        }
        ROOT.setLevel(Level.WARNING);
        Instant begin = Instant.now();
        try {
            serve(LocalStack.start(Path.of(arguments[0])), arguments, begin);
        } catch (LocalStackException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static void serve(LocalStack stack, String[] arguments, Instant begin) {
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stack.close();
            stopped.countDown();
        }));
        // A stack without its database must not look alive: whoever runs it starts it again.
        stack.onDeath(() -> {
            System.err.println("PostgreSQL died; the stack ends");
            Runtime.getRuntime().halt(1);
        });
        System.out.println("UP " + stack.propertiesFile());
        System.out.println(
                "local stack up in " + Duration.between(begin, Instant.now()).toMillis() + " ms");
        System.out.flush();
        if (arguments.length > 1 && arguments[1].equals("--with-parent")) {
            awaitEndOfInput();
            System.exit(0);
        }
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                // What is written does not matter, only that the writer is alive.
            }
        } catch (IOException e) {
            ROOT.log(Level.FINE, "standard input broke: the parent is gone", e);
        }
    }
}
