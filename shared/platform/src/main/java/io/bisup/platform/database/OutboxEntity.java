package io.bisup.platform.database;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A row of {@code outbox}: a message that Kafka has not acknowledged yet. */
@Entity
@Table(name = "outbox")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public class OutboxEntity {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    @Column(name = "row_id")
    @Nullable
    Long rowId;

    String topic;
    String key;
    String payload;

    @Column(name = "due_at")
    Instant dueAt;
}
