package io.bisup.platform.database;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

/** A row of {@code artifact}: the manifest of what a job published. */
@Entity
@Table(name = "artifact")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public class ArtifactEntity {

    @Id
    @Column(name = "job_id")
    UUID jobId;

    String manifest;
}
