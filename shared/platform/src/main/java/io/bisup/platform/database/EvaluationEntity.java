package io.bisup.platform.database;

import io.bisup.contract.EvaluationProgress;
import io.bisup.contract.Failure;
import io.bisup.contract.Measurement;
import io.bisup.contract.Score;
import io.bisup.platform.job.EvaluationRecord;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of {@code evaluation}. */
@Entity
@Table(name = "evaluation")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public class EvaluationEntity extends MeasuringEntity {

    @Column(name = "job_id")
    UUID jobId;

    @Nullable
    String measurements;

    EvaluationRecord toRecord() {
        return new EvaluationRecord(
                id.toString(),
                jobId.toString(),
                state,
                attempt,
                workerId,
                Documents.readNullable(failure, Failure.class),
                Documents.readList(measurements, Measurement.class),
                Documents.readList(scores, Score.class),
                Documents.readNullable(progress, EvaluationProgress.class),
                createdAt,
                finishedAt);
    }
}
