package io.bisup.platform.database;

import io.bisup.contract.EvaluationState;
import jakarta.persistence.Column;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.MappedSuperclass;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An evaluation of either kind: one that a quantization job asked for, or a job of its own. */
@MappedSuperclass
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public abstract class MeasuringEntity extends LeasedEntity {

    @Enumerated(EnumType.STRING)
    EvaluationState state;

    /** Codes of the attempts' failures so far, separated by spaces. */
    String failures = "";

    @Nullable
    String scores;

    @Nullable
    String progress;

    @Column(name = "created_at")
    Instant createdAt;

    /** Whether an attempt of this epoch works on it. */
    boolean heldBy(long claimed) {
        return epoch == claimed && state == EvaluationState.RUNNING;
    }
}
