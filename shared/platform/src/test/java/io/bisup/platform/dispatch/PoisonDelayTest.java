package io.bisup.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Doorbell;
import io.bisup.contract.Json;
import io.bisup.platform.database.Given;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/**
 * R-12's second half: a job starts as soon after its ring where every tenth ring has a record before it that is none.
 * {@code -Dbisup.poison.delays=N} rings N times without poison and N times with it, in turns.
 */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class PoisonDelayTest {

    private static final int RINGS = Integer.getInteger("bisup.poison.delays", 200);

    /** Rings before the first that counts: a consumer joins its group, and code is compiled. */
    private static final int WARM_UP = 50;

    private static final int RINGS_OF_A_POISON = 10;

    /** Below this a delay is nobody's trouble, and the slowest of two hundred is a matter of chance. */
    private static final double NEGLIGIBLE_MILLIS = 100;

    @Inject
    JobStore jobs;

    @Inject
    KafkaSettings settings;

    @Inject
    DeadLetters deadLetters;

    private final BlockingQueue<String> started = new LinkedBlockingQueue<>();

    @Test
    void whatIsNoRingDelaysNoJob() throws Exception {
        try (var listening = new KafkaDoorbells(
                        new DoorbellTest.Settings(settings.bootstrapServers(), Duration.ofHours(1)), deadLetters)
                .listen(Doorbell.QUANTIZATION_JOBS, waited -> Optional.empty(), this::claim)) {
            assertThat(listening).isNotNull();
            delays(WARM_UP);
            Delays delays = delays(RINGS);
            double clean = p99(delays.clean());
            double poisoned = p99(delays.poisoned());
            System.out.printf(
                    "PoisonDelayTest: %d rings each, p99 from ring to start %.1f ms, with poison %.1f ms%n",
                    RINGS, clean, poisoned);
            assertThat(poisoned).isLessThanOrEqualTo(2 * Math.max(clean, NEGLIGIBLE_MILLIS));
        }
    }

    private Optional<Runnable> claim(String id) {
        return jobs.claim(id, "w1", Duration.ofMinutes(5)).map(claim -> () -> started.add(claim.jobId()));
    }

    /** Milliseconds from a ring's departure to the start of its job, of as many rings each. */
    private record Delays(List<Double> clean, List<Double> poisoned) {}

    /** One job at a time; rings of the two kinds take turns, so that what else the machine does meets both. */
    private Delays delays(int rings) throws Exception {
        Delays delays = new Delays(new ArrayList<>(), new ArrayList<>());
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", settings.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            producer.partitionsFor(Doorbell.QUANTIZATION_JOBS);
            for (int i = 0; i < rings; i++) {
                delays.clean().add(delay(producer, false));
                delays.poisoned().add(delay(producer, i % RINGS_OF_A_POISON == 0));
            }
        }
        return delays;
    }

    private double delay(KafkaProducer<String, String> producer, boolean poison) throws Exception {
        String id = jobs.submit(Given.job()).job().id();
        long begun = System.nanoTime();
        if (poison) {
            send(producer, id, "{\"id\":7}");
        }
        send(producer, id, Json.write(new Doorbell(id)));
        awaitStart(id);
        return (System.nanoTime() - begun) / 1e6;
    }

    private static double p99(List<Double> delays) {
        return delays.stream().sorted().toList().get((int) Math.ceil(0.99 * delays.size()) - 1);
    }

    private static void send(KafkaProducer<String, String> producer, String id, String value) throws Exception {
        producer.send(new ProducerRecord<>(Doorbell.QUANTIZATION_JOBS, id, value))
                .get();
    }

    /** Rings that other tests left start their jobs too. */
    private void awaitStart(String id) throws InterruptedException {
        String next = null;
        while (!id.equals(next)) {
            next = started.poll(60, TimeUnit.SECONDS);
            assertThat(next).as("started").isNotNull();
        }
    }
}
