package io.bisup.platform.access;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keys; of a secret only its SHA-256 is kept. */
public interface ApiKeys {

    /**
     * Stores a key, and its tenant when that is new; an existing id is left as it is.
     *
     * @param digest SHA-256 of the secret, in hexadecimal
     */
    ApiKey create(String id, String tenant, String name, Role role, String digest, @Nullable Instant expiresAt);

    /** The key with this id and digest, when it is neither expired nor revoked by the database's clock. */
    Optional<ApiKey> authenticate(String id, String digest);

    /** Ends a key's validity; again is a no-op. Empty when there is no such key. */
    Optional<ApiKey> revoke(String id);

    /** All keys, oldest first. */
    List<ApiKey> list();
}
