package io.bisup.platform.access;

import java.util.Locale;
import java.util.Set;

/** What a caller may do. */
public enum Role {
    /** Registers inputs, submits jobs and reads results, all of the caller's own tenant. */
    SUBMITTER,
    /** What a submitter does, and keys, limits and the audit log of every tenant. */
    OPERATOR;

    /** Name of the role in security annotations and in the claims of tokens. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** This role and those it includes. */
    public Set<Role> included() {
        return switch (this) {
            case SUBMITTER -> Set.of(SUBMITTER);
            case OPERATOR -> Set.of(SUBMITTER, OPERATOR);
        };
    }
}
