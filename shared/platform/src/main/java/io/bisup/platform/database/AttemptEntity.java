package io.bisup.platform.database;

import io.bisup.contract.Failure;
import io.bisup.platform.job.Attempt;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of {@code attempt}. */
@Entity
@Table(name = "attempt")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public class AttemptEntity {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    @Column(name = "row_id")
    @Nullable
    Long rowId;

    @Column(name = "job_id")
    UUID jobId;

    int number;
    long epoch;

    @Column(name = "worker_id")
    String workerId;

    @Column(name = "resumed_from_block")
    int resumedFromBlock;

    @Column(name = "started_at")
    Instant startedAt;

    @Column(name = "ended_at")
    @Nullable
    Instant endedAt;

    @Nullable
    String outcome;

    @Column(name = "failure_code")
    @Nullable
    String failureCode;

    @Nullable
    String failure;

    @Column(name = "blocks_at_end")
    @Nullable
    Integer blocksAtEnd;

    @Column(name = "log_tail")
    @Nullable
    String logTail;

    Attempt toRecord() {
        return new Attempt(
                number,
                epoch,
                workerId,
                resumedFromBlock,
                startedAt,
                endedAt,
                outcome,
                Documents.readNullable(failure, Failure.class),
                logTail);
    }
}
