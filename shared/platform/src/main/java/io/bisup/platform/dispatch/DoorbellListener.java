package io.bisup.platform.dispatch;

import io.bisup.contract.Doorbell;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.quarkus.runtime.Quarkus;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One thread that polls one ring, claims, acknowledges at once and runs the work without polling. After a long job the group
 * has forgotten this member; the next poll joins again.
 */
final class DoorbellListener implements Doorbells.Listening {

    private static final Logger LOG = Logger.getLogger(DoorbellListener.class);
    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final KafkaSettings settings;
    private final String topic;
    private final Doorbells.Waiting waiting;
    private final Claimer claimer;
    private final DeadLetters deadLetters;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private @Nullable KafkaShareConsumer<String, String> consumer;
    private boolean kafkaDown;
    private long lookedAt = System.nanoTime();

    DoorbellListener(
            KafkaSettings settings, String topic, Doorbells.Waiting waiting, Claimer claimer, DeadLetters deadLetters) {
        this.settings = settings;
        this.topic = topic;
        this.waiting = waiting;
        this.claimer = claimer;
        this.deadLetters = deadLetters;
        this.thread = Thread.ofPlatform()
                .name("doorbell-" + topic)
                .uncaughtExceptionHandler((t, error) -> exit(error))
                .unstarted(this::run);
    }

    /** A process that no longer listens must not look alive: whoever runs it starts another. */
    private void exit(Throwable error) {
        LOG.fatalf(error, "the listener of %s died; this process ends", topic);
        Quarkus.asyncExit(1);
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (closed.getCount() > 0) {
            try {
                Optional<Runnable> work = ring().or(this::look);
                if (work.isPresent()) {
                    work.get().run();
                }
            } catch (RuntimeException e) {
                LOG.errorf(e, "work of %s ended with an error nobody handled", topic);
            }
        }
        hangUp();
    }

    /** Waits up to a second for a ring and claims what it names. */
    private Optional<Runnable> ring() {
        try {
            Optional<Runnable> work = Optional.empty();
            for (ConsumerRecord<String, String> rung : connected().poll(POLL)) {
                work = answer(rung, work);
            }
            if (kafkaDown) {
                LOG.info("Kafka is back");
            }
            kafkaDown = false;
            return work;
        } catch (KafkaException | ExecutionException e) {
            missing(e);
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
            return Optional.empty();
        }
    }

    /** Accepts also when there is nothing to claim; gives back when the database cannot be asked, the sweeper rings again. */
    private Optional<Runnable> answer(ConsumerRecord<String, String> rung, Optional<Runnable> inHand) {
        KafkaShareConsumer<String, String> bell = java.util.Objects.requireNonNull(consumer);
        Optional<Runnable> work = inHand;
        AcknowledgeType answer = AcknowledgeType.ACCEPT;
        if (inHand.isPresent()) {
            answer = AcknowledgeType.RELEASE;
        } else {
            try {
                work = work(rung);
            } catch (RuntimeException e) {
                LOG.warnf("a ring of %s could not be answered: %s", topic, e.getMessage());
                answer = AcknowledgeType.RELEASE;
                pause();
            }
        }
        try {
            bell.acknowledge(rung, answer);
            bell.commitSync();
        } catch (KafkaException e) {
            // The claim holds whatever Kafka thinks: a ring that comes again finds nothing to claim.
            LOG.debugf(e, "the answer to a ring of %s was not taken", topic);
        }
        return work;
    }

    /** Looks into the database now and then: work is found without Kafka too. */
    private Optional<Runnable> look() {
        long now = System.nanoTime();
        if (closed.getCount() == 0 || now - lookedAt < settings.lookInterval().toNanos()) {
            return Optional.empty();
        }
        lookedAt = now;
        try {
            return waiting.oldest(settings.lookWaited()).flatMap(this::claim);
        } catch (RuntimeException e) {
            LOG.warnf("the database cannot be asked for waiting work of %s: %s", topic, e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Runnable> claim(String id) {
        return closed.getCount() == 0 ? Optional.empty() : claimer.claim(id);
    }

    /** Claims what the record rings for; one that is no ring goes to the dead letters. */
    private Optional<Runnable> work(ConsumerRecord<String, String> rung) {
        try {
            return claim(id(rung));
        } catch (InvalidSpecException e) {
            LOG.warnf("a record of %s is no ring and is put aside: %s", topic, e.getMessage());
            deadLetters.bury(rung, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /** The id that the record names; InvalidSpecException when it is no ring. */
    private static String id(ConsumerRecord<String, String> rung) {
        String payload = rung.value();
        if (payload == null) {
            throw new InvalidSpecException("", "has no payload", "send a doorbell");
        }
        String id = Json.read(payload, Doorbell.class).id();
        if (id == null || !UUID.matcher(id).matches()) {
            throw new InvalidSpecException("/id", "is no id of a job", "send the job's UUID");
        }
        if (!id.equals(rung.key())) {
            throw new InvalidSpecException("/id", "differs from the record's key", "send both alike");
        }
        return id;
    }

    private KafkaShareConsumer<String, String> connected() throws ExecutionException, InterruptedException {
        if (consumer == null) {
            Topics.ensure(settings);
            consumer = new KafkaShareConsumer<>(
                    Map.of(
                            "bootstrap.servers",
                            settings.bootstrapServers(),
                            "group.id",
                            Topics.group(topic),
                            "share.acknowledgement.mode",
                            "explicit",
                            "share.acquire.mode",
                            "record_limit",
                            "max.poll.records",
                            1),
                    new StringDeserializer(),
                    new StringDeserializer());
            consumer.subscribe(java.util.List.of(topic));
        }
        return consumer;
    }

    private void missing(Exception e) {
        if (!kafkaDown) {
            LOG.warnf("Kafka at %s does not answer; looking into the database instead", settings.bootstrapServers());
            LOG.debug("the cause", e);
        }
        kafkaDown = true;
        hangUp();
        pause();
    }

    private void hangUp() {
        if (consumer != null) {
            try {
                consumer.close(Duration.ofSeconds(1));
            } catch (KafkaException e) {
                LOG.debug("the consumer did not close cleanly", e);
            }
            consumer = null;
        }
    }

    private void pause() {
        try {
            if (closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debugf("listener of %s is closing", topic);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed.countDown();
        }
    }
}
