package io.bisup.platform.dispatch;

import jakarta.enterprise.context.ApplicationScoped;

/** Doorbells on Kafka share groups. */
@ApplicationScoped
class KafkaDoorbells implements Doorbells {

    private final KafkaSettings settings;
    private final DeadLetters deadLetters;

    KafkaDoorbells(KafkaSettings settings, DeadLetters deadLetters) {
        this.settings = settings;
        this.deadLetters = deadLetters;
    }

    @Override
    public Listening listen(String topic, Waiting waiting, Claimer claimer) {
        DoorbellListener listener = new DoorbellListener(settings, topic, waiting, claimer, deadLetters);
        listener.start();
        return listener;
    }
}
