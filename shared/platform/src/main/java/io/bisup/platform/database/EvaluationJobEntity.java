package io.bisup.platform.database;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.EvaluationJobSpec;
import io.bisup.contract.EvaluationProgress;
import io.bisup.contract.Failure;
import io.bisup.contract.Score;
import io.bisup.platform.job.EvaluationJobRecord;
import io.bisup.platform.job.EvaluationWork;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** A row of {@code evaluation_job}. */
@Entity
@Table(name = "evaluation_job")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public class EvaluationJobEntity extends MeasuringEntity {

    String tenant;
    String spec;
    String model;

    @Nullable
    String artifact;

    String datasets;

    @Column(name = "idempotency_key")
    String idempotencyKey;

    String fingerprint;

    EvaluationJobRecord toRecord() {
        return new EvaluationJobRecord(
                id.toString(),
                Documents.read(spec, EvaluationJobSpec.class),
                state,
                attempt,
                workerId,
                Documents.readNullable(progress, EvaluationProgress.class),
                Documents.readNullable(failure, Failure.class),
                Documents.readList(scores, Score.class),
                createdAt,
                finishedAt);
    }

    EvaluationWork work() {
        return new EvaluationWork(
                Documents.readNullable(artifact, ArtifactManifest.class),
                Documents.read(model, RegisteredModel.class),
                Documents.read(spec, EvaluationJobSpec.class).evaluation(),
                Documents.readList(datasets, RegisteredDataset.class));
    }
}
