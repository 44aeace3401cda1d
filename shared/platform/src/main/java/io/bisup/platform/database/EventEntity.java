package io.bisup.platform.database;

import io.bisup.contract.JobEvent;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of {@code job_event}. */
@Entity
@Table(name = "job_event")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public class EventEntity {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    @Column(name = "row_id")
    @Nullable
    Long rowId;

    @Column(name = "job_id")
    UUID jobId;

    long sequence;

    @Enumerated(EnumType.STRING)
    JobEvent.Type type;

    Instant at;
    String data;

    JobEvent toRecord() {
        return new JobEvent(jobId.toString(), sequence, type, at, Documents.readMap(data));
    }
}
