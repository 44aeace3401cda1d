package io.bisup.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

/** An operator may look before the first worker has come. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class DeadLettersTest {

    @Inject
    KafkaSettings settings;

    @Inject
    DeadLetters deadLetters;

    @Test
    void withoutTheTopicThereAreNone() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", settings.bootstrapServers()))) {
            if (topics(admin).contains(DeadLetters.TOPIC)) {
                admin.deleteTopics(List.of(DeadLetters.TOPIC)).all().get();
            }
            Instant end = Instant.now().plus(Duration.ofSeconds(30));
            while (topics(admin).contains(DeadLetters.TOPIC)) {
                assertThat(Instant.now()).isBefore(end);
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
        }

        assertThat(deadLetters.newest(10)).isEmpty();
    }

    private static Set<String> topics(Admin admin) throws InterruptedException, ExecutionException {
        return admin.listTopics().names().get();
    }
}
