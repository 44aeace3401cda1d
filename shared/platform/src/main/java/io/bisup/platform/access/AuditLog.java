package io.bisup.platform.access;

import java.util.List;

/** What was done, by whom; entries are only ever added. */
public interface AuditLog {

    /** Adds an entry; a crash of the database may lose the last second's. */
    void add(String tenant, String caller, String action, int status, String address);

    /** Entries with a sequence below {@code before}, newest first. */
    List<AuditEntry> list(long before, int limit);
}
