package io.bisup.platform.dispatch;

import jakarta.enterprise.context.ApplicationScoped;

/** Doorbells on Kafka share groups. */
@ApplicationScoped
class KafkaDoorbells implements Doorbells {

    private final KafkaSettings settings;

    KafkaDoorbells(KafkaSettings settings) {
        this.settings = settings;
    }

    @Override
    public Listening listen(String topic, Waiting waiting, Claimer claimer) {
        DoorbellListener listener = new DoorbellListener(settings, topic, waiting, claimer);
        listener.start();
        return listener;
    }
}
