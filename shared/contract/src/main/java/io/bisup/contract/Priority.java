package io.bisup.contract;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/** Which of a tenant's own jobs start first. Other tenants' jobs are not passed by it. */
public enum Priority {
    LOW(-1),
    NORMAL(0),
    HIGH(1);

    private final int rank;

    Priority(int rank) {
        this.rank = rank;
    }

    /** The name in documents and on the command line. */
    @JsonValue
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Jobs of a higher rank start first. */
    public int rank() {
        return rank;
    }

    /** The priority of a rank. */
    public static Priority ofRank(int rank) {
        return Arrays.stream(values()).filter(p -> p.rank == rank).findFirst().orElseThrow();
    }

    /** Tells Jackson what is left out of documents: releases that knew no priority wrote none. */
    static final class Usual {
        @Override
        public boolean equals(Object value) {
            return value == null || value == NORMAL;
        }

        @Override
        public int hashCode() {
            return 0;
        }
    }
}
