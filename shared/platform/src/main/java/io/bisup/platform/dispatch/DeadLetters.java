package io.bisup.platform.dispatch;

import io.bisup.platform.outage.Store;
import io.bisup.platform.outage.StoreUnavailableException;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** Records of the doorbells that are no rings, kept in a topic of their own for an operator to look at. */
@ApplicationScoped
public class DeadLetters {

    /** The topic. */
    public static final String TOPIC = "dead-letters";

    private static final int MAX_CHARACTERS = 1_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final KafkaSettings settings;
    private @Nullable KafkaProducer<String, String> producer;

    DeadLetters(KafkaSettings settings) {
        this.settings = settings;
    }

    /**
     * Keeps a record.
     *
     * @throws DispatchException when Kafka does not take it: it must not be acknowledged then
     */
    synchronized void bury(ConsumerRecord<String, String> poison, String reason) {
        ProducerRecord<String, String> letter = new ProducerRecord<>(TOPIC, poison.key(), cut(poison.value()));
        letter.headers().add("topic", bytes(poison.topic()));
        letter.headers().add("offset", bytes(String.valueOf(poison.offset())));
        letter.headers().add("reason", bytes(reason));
        try {
            connected().send(letter).get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DispatchException("interrupted while a dead letter was kept", e);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new DispatchException("Kafka at " + settings.bootstrapServers() + " does not take dead letters", e);
        }
    }

    /**
     * The newest dead letters, oldest first; none where no worker has made the topic yet.
     *
     * @throws StoreUnavailableException when Kafka does not answer
     */
    public List<DeadLetter> newest(int limit) {
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        List<DeadLetter> letters = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings("enable.auto.commit", false), strings(), strings())) {
            if (consumer.partitionsFor(TOPIC, TIMEOUT).isEmpty()) {
                return letters;
            }
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long begin = consumer.position(partition, TIMEOUT);
            consumer.seekToEnd(List.of(partition));
            long end = consumer.position(partition, TIMEOUT);
            consumer.seek(partition, Math.max(begin, end - limit));
            long until = System.nanoTime() + TIMEOUT.toNanos();
            while (consumer.position(partition) < end && System.nanoTime() < until) {
                consumer.poll(Duration.ofMillis(200)).forEach(found -> letters.add(letter(found)));
            }
            return letters;
        } catch (KafkaException e) {
            throw new StoreUnavailableException(
                    Store.KAFKA, "Kafka at " + settings.bootstrapServers() + " does not show dead letters", e);
        }
    }

    private static DeadLetter letter(ConsumerRecord<String, String> found) {
        return new DeadLetter(
                header(found, "topic"),
                Long.parseLong(header(found, "offset")),
                Instant.ofEpochMilli(found.timestamp()),
                header(found, "reason"),
                found.key(),
                found.value());
    }

    private static String header(ConsumerRecord<String, String> found, String name) {
        Header header = found.headers().lastHeader(name);
        return header == null ? "0" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static @Nullable String cut(@Nullable String text) {
        return text == null || text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS);
    }

    private KafkaProducer<String, String> connected() {
        if (producer == null) {
            producer = new KafkaProducer<>(
                    settings("max.block.ms", (int) TIMEOUT.toMillis()), new StringSerializer(), new StringSerializer());
        }
        return producer;
    }

    private Map<String, Object> settings(String name, Object value) {
        return Map.of("bootstrap.servers", settings.bootstrapServers(), name, value);
    }

    private static StringDeserializer strings() {
        return new StringDeserializer();
    }

    @PreDestroy
    synchronized void close() {
        if (producer != null) {
            producer.close(Duration.ZERO);
        }
    }
}
