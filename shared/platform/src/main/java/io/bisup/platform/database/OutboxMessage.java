package io.bisup.platform.database;

/**
 * A message to relay.
 *
 * @param topic where it goes
 * @param key the job's id: messages of one job keep their order
 * @param payload JSON
 */
public record OutboxMessage(String topic, String key, String payload) {}
