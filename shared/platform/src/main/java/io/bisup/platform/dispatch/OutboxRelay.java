package io.bisup.platform.dispatch;

import io.bisup.platform.database.Outbox;
import io.bisup.platform.database.OutboxMessage;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Carries the outbox to Kafka: a row goes when all replicas have its message. */
@ApplicationScoped
public class OutboxRelay {

    private final Outbox outbox;
    private final KafkaSettings settings;
    private @Nullable KafkaProducer<String, String> producer;

    OutboxRelay(Outbox outbox, KafkaSettings settings) {
        this.outbox = outbox;
        this.settings = settings;
    }

    /**
     * Relays until the outbox holds nothing that is due.
     *
     * @return how many messages went
     * @throws DispatchException when Kafka does not take them; they stay in the outbox
     */
    public int relay() {
        int relayed = 0;
        int batch;
        do {
            batch = outbox.drain(this::send);
            relayed += batch;
        } while (batch > 0);
        return relayed;
    }

    private void send(List<OutboxMessage> messages) {
        KafkaProducer<String, String> kafka = producer();
        try {
            List<Future<RecordMetadata>> sent = messages.stream()
                    .map(m -> kafka.send(new ProducerRecord<>(m.topic(), m.key(), m.payload())))
                    .toList();
            long end = System.nanoTime() + settings.relayTimeout().toNanos();
            for (Future<RecordMetadata> one : sent) {
                one.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DispatchException("interrupted while relaying", e);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            // What this producer still holds must not go out later, behind newer messages.
            discard();
            throw new DispatchException("Kafka at " + settings.bootstrapServers() + " does not take messages", e);
        }
    }

    private synchronized KafkaProducer<String, String> producer() {
        if (producer == null) {
            ensureTopics();
            int timeout = (int) settings.relayTimeout().toMillis();
            producer = new KafkaProducer<>(
                    Map.of(
                            "bootstrap.servers",
                            settings.bootstrapServers(),
                            "acks",
                            "all",
                            "enable.idempotence",
                            true,
                            "linger.ms",
                            0,
                            "max.block.ms",
                            timeout,
                            "request.timeout.ms",
                            timeout / 2,
                            "delivery.timeout.ms",
                            timeout),
                    new StringSerializer(),
                    new StringSerializer());
        }
        return producer;
    }

    private void ensureTopics() {
        try {
            Topics.ensure(settings);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DispatchException("interrupted while creating topics", e);
        } catch (ExecutionException e) {
            throw new DispatchException("Kafka at " + settings.bootstrapServers() + " cannot create topics", e);
        }
    }

    private synchronized void discard() {
        if (producer != null) {
            producer.close(Duration.ZERO);
            producer = null;
        }
    }

    @PreDestroy
    void close() {
        discard();
    }
}
