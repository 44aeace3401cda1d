package io.bisup.platform.database;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of {@code block}: a committed block. */
@Entity
@Table(name = "block")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public class BlockEntity {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    @Column(name = "row_id")
    @Nullable
    Long rowId;

    @Column(name = "job_id")
    UUID jobId;

    int block;
    String report;
    String objects;
}
