package io.bisup.platform.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Doorbell;
import io.bisup.contract.JobState;
import io.bisup.platform.database.Given;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/**
 * whatever lies in the doorbell's topic, each job starts once, and what is no ring is kept with its reason; the same
 * when the whole topic comes again. {@code -Dbisup.poison.jobs=1000 -Dbisup.poison.of-each=50} is the long form: 10,000 rings and
 * 1,000 records of twenty kinds.
 */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class PoisonTest {

    private static final int JOBS = Integer.getInteger("bisup.poison.jobs", 40);
    private static final int OF_EACH = Integer.getInteger("bisup.poison.of-each", 1);
    private static final int COPIES = 10;
    private static final Duration LIMIT = Duration.ofMinutes(1L + JOBS / 50);
    private static final String ID = "0198a1b2-0000-7000-8000-000000000001";

    private static final List<String> POISON = List.of(
            "",
            " ",
            "null",
            "[]",
            "{}",
            "42",
            "\"text\"",
            "{\"id\":null}",
            "{\"id\":7}",
            "{\"id\":\"\"}",
            "{\"id\":\"../../etc/passwd\"}",
            "{\"id\":\"" + ID.toUpperCase(java.util.Locale.ROOT) + "\"}",
            "{\"id\":\"" + ID + "\",\"epoch\":9}",
            "{\"id\":\"" + ID + "\",\"id\":\"" + ID + "\"}",
            "{\"id\":\"" + ID + "\"} {}",
            "{\"id\":\"" + ID + "\"",
            "[".repeat(100_000),
            "{\"id\":\"" + "x".repeat(2_000_00) + "\"}",
            "\u0000\u0001\uFFFD",
            "{\"id\":\"0198a1b2-0000-7000-8000-00000000000\\u0000\"}");

    @Inject
    JobStore jobs;

    @Inject
    KafkaSettings settings;

    @Inject
    DeadLetters deadLetters;

    @Test
    void copiesStartNothingTwiceAndPoisonIsPutAside() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < JOBS; i++) {
            ids.add(jobs.submit(Given.job()).job().id());
        }
        Topics.ensure(settings);
        int before = letters();
        send(ids);
        BlockingQueue<String> started = new LinkedBlockingQueue<>();
        try (var listening = new KafkaDoorbells(
                        new DoorbellTest.Settings(settings.bootstrapServers(), Duration.ofHours(1)), deadLetters)
                .listen(
                        Doorbell.QUANTIZATION_JOBS,
                        w -> Optional.empty(),
                        bell -> jobs.claimNext("w1", Duration.ofMinutes(1)).map(c -> () -> started.add(c.jobId())))) {
            assertThat(listening).isNotNull();
            List<String> seen = new ArrayList<>();
            while (!seen.containsAll(ids)) {
                String next = started.poll(60, TimeUnit.SECONDS);
                assertThat(next).as("started so far: %s", seen).isNotNull();
                seen.add(next);
            }
            awaitLetters(before + OF_EACH * POISON.size() + 1);
            send(ids);
            awaitLetters(before + 2 * (OF_EACH * POISON.size() + 1));
            assertThat(started).as("started by the topic's second coming").isEmpty();
            assertThat(seen).doesNotHaveDuplicates();
            assertThat(seen.stream().filter(ids::contains).toList())
                    .as("in the order of their submission")
                    .isEqualTo(ids);
        }
        assertThat(deadLetters.newest(POISON.size() + 1))
                .allSatisfy(letter -> assertThat(letter)
                        .returns(Doorbell.QUANTIZATION_JOBS, DeadLetter::topic)
                        .satisfies(l -> assertThat(l.reason()).isNotBlank()));
        assertThat(ids)
                .allSatisfy(id -> assertThat(jobs.find(id).orElseThrow())
                        .returns(JobState.RUNNING, j -> j.state())
                        .returns(1L, j -> j.epoch())
                        .returns(2L, j -> j.lastSequence()));
    }

    /** Each bell ten times, shuffled among poison. */
    private void send(List<String> ids) throws Exception {
        List<ProducerRecord<String, String>> records = new ArrayList<>();
        for (String id : ids) {
            String ring = io.bisup.contract.Json.write(new Doorbell(id));
            for (int i = 0; i < COPIES; i++) {
                records.add(new ProducerRecord<>(Doorbell.QUANTIZATION_JOBS, id, ring));
            }
        }
        for (int i = 0; i < OF_EACH; i++) {
            POISON.forEach(p -> records.add(new ProducerRecord<>(Doorbell.QUANTIZATION_JOBS, ID, p)));
        }
        records.add(new ProducerRecord<>(
                Doorbell.QUANTIZATION_JOBS, UUID.randomUUID().toString(), null));
        Collections.shuffle(records, new Random(1));
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", settings.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            for (Future<RecordMetadata> sent :
                    records.stream().map(producer::send).toList()) {
                sent.get();
            }
        }
    }

    private int letters() {
        return deadLetters.newest(10_000).size();
    }

    private void awaitLetters(int expected) {
        long end = System.nanoTime() + LIMIT.toNanos();
        int found = letters();
        while (found < expected && System.nanoTime() < end) {
            found = letters();
        }
        assertThat(found).isEqualTo(expected);
    }
}
