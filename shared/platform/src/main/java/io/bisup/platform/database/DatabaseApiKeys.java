package io.bisup.platform.database;

import io.bisup.platform.access.ApiKey;
import io.bisup.platform.access.ApiKeys;
import io.bisup.platform.access.Role;
import io.bisup.platform.access.Tenants;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Query;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keys. */
@ApplicationScoped
class DatabaseApiKeys implements ApiKeys {

    private static final String COLUMNS = "select id, tenant, name, role, created_at, expires_at, revoked_at, digest,"
            + " revoked_at is null and coalesce(expires_at > clock_timestamp(), true) as valid from api_key";
    private static final int DIGEST = 7;
    private static final int VALID = 8;

    private final EntityManager entities;
    private final Tenants tenants;

    DatabaseApiKeys(EntityManager entities, Tenants tenants) {
        this.entities = entities;
        this.tenants = tenants;
    }

    @Override
    @Transactional
    public ApiKey create(String id, String tenant, String name, Role role, String digest, @Nullable Instant expiresAt) {
        tenants.get(tenant);
        entities.createNativeQuery("""
                        insert into api_key (id, tenant, name, role, digest, expires_at)
                        values (:id, :tenant, :name, :role, :digest, cast(:expires as timestamptz))
                        on conflict (id) do nothing
                        """)
                .setParameter("id", id)
                .setParameter("tenant", tenant)
                .setParameter("name", name)
                .setParameter("role", role.name())
                .setParameter("digest", digest)
                .setParameter("expires", expiresAt == null ? null : expiresAt.toString())
                .executeUpdate();
        return find(id).map(DatabaseApiKeys::key).orElseThrow();
    }

    @Override
    @Transactional
    public Optional<ApiKey> authenticate(String id, String digest) {
        return find(id).filter(row -> (Boolean) row[VALID])
                .filter(row -> MessageDigest.isEqual(bytes((String) row[DIGEST]), bytes(digest)))
                .map(DatabaseApiKeys::key);
    }

    @Override
    @Transactional
    public Optional<ApiKey> revoke(String id) {
        entities.createNativeQuery(
                        "update api_key set revoked_at = clock_timestamp() where id = :id and revoked_at is null")
                .setParameter("id", id)
                .executeUpdate();
        return find(id).map(DatabaseApiKeys::key);
    }

    @Override
    @Transactional
    public List<ApiKey> list() {
        return rows(entities.createNativeQuery(COLUMNS + " order by created_at, id", Object[].class)).stream()
                .map(DatabaseApiKeys::key)
                .toList();
    }

    private Optional<Object[]> find(String id) {
        return rows(entities.createNativeQuery(COLUMNS + " where id = :id", Object[].class)
                        .setParameter("id", id))
                .stream()
                .findFirst();
    }

    private static List<Object[]> rows(Query query) {
        List<?> rows = query.getResultList();
        return rows.stream().map(row -> (Object[]) row).toList();
    }

    private static ApiKey key(Object[] row) {
        return new ApiKey(
                (String) row[0],
                (String) row[1],
                (String) row[2],
                Role.valueOf((String) row[3]),
                (Instant) row[4],
                (Instant) row[5],
                (Instant) row[6]);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
