package io.bisup.platform.database;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;

/** A row of {@code job_input}: what a job's names meant when it was submitted. */
@Entity
@Table(name = "job_input")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public class JobInputEntity {

    @Id
    @Column(name = "job_id")
    UUID jobId;

    String model;

    @Column(name = "evaluation_datasets")
    String evaluationDatasets;
}
