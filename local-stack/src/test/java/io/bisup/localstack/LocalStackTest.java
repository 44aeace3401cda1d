package io.bisup.localstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStackTest {

    @TempDir
    Path folder;

    /** The first kill leaves postgres alive without its parent, the second one takes everything. */
    @Test
    void everythingAcknowledgedSurvivesKilling() throws Exception {
        int acknowledged;
        Properties properties;
        try (LocalStackProcess stack = LocalStackProcess.start(folder)) {
            properties = stack.properties();
            acknowledged = writeUntilKilled(stack, 0, () -> stack.handle().destroyForcibly());
        }
        Path torn = folder.resolve("s3/bisup/number/7-01234567-89ab-cdef-0123-456789abcdef");
        Files.write(torn, new byte[] {1});
        try (LocalStackProcess stack = LocalStackProcess.start(folder)) {
            assertThat(stack.properties()).isEqualTo(properties);
            assertThat(torn).doesNotExist();
            assertPresent(properties, acknowledged);
            acknowledged = writeUntilKilled(stack, acknowledged + 100, stack::kill);
        }
        try (LocalStackProcess stack = LocalStackProcess.start(folder)) {
            assertPresent(stack.properties(), acknowledged);
            assertThatThrownBy(() -> LocalStack.start(folder))
                    .isInstanceOf(LocalStackException.class)
                    .hasMessageContaining("another local stack runs on " + folder);
        }
        assertThat(folder.resolve(LocalStack.PROPERTIES_FILE)).doesNotExist();
    }

    private static int writeUntilKilled(LocalStackProcess stack, int from, Runnable kill) throws Exception {
        AtomicInteger last = new AtomicInteger();
        CountDownLatch enough = new CountDownLatch(20);
        try (Clients clients = new Clients(stack.properties())) {
            if (from == 0) {
                clients.prepare();
            }
            Thread writer = Thread.ofPlatform().start(() -> {
                try {
                    for (int n = from; ; n++) {
                        clients.write(n);
                        last.set(n);
                        enough.countDown();
                    }
                } catch (Exception killed) {
                    // What the kill is for: this write was not acknowledged.
                    while (enough.getCount() > 0) {
                        enough.countDown();
                    }
                }
            });
            enough.await();
            kill.run();
            writer.join();
        }
        assertThat(last.get()).isGreaterThanOrEqualTo(from + 19);
        return last.get();
    }

    private static void assertPresent(Properties properties, int last) throws Exception {
        try (Clients clients = new Clients(properties)) {
            List<String> first =
                    IntStream.rangeClosed(0, 19).mapToObj(String::valueOf).toList();
            assertThat(clients.rows()).containsAll(first).contains(String.valueOf(last));
            assertThat(clients.records()).containsAll(first).contains(String.valueOf(last));
            assertThat(clients.object("number/" + last)).isEqualTo(String.valueOf(last));
            for (String n : first) {
                assertThat(clients.object("number/" + n)).isEqualTo(n);
            }
        }
    }
}
