package io.bisup.platform.database;

import io.bisup.platform.registry.NameTakenException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Optional;

/** Names that mean the same bytes for ever, in the tables {@code model} and {@code dataset}. */
@ApplicationScoped
class Registration {

    private static final String OF_NAME = " where tenant = :tenant and name = :name";

    private final EntityManager entities;

    Registration(EntityManager entities) {
        this.entities = entities;
    }

    /** Takes the name for the digest, unless it is taken; then it must be for the same digest. */
    void register(String table, String tenant, String name, String digest, String document) {
        entities.createNativeQuery("insert into " + table
                        + " (tenant, name, digest, document) values (:tenant, :name, :digest, :document)"
                        + " on conflict (tenant, name) do nothing")
                .setParameter("tenant", tenant)
                .setParameter("name", name)
                .setParameter("digest", digest)
                .setParameter("document", document)
                .executeUpdate();
        String registered = (String) entities.createNativeQuery("select digest from " + table + OF_NAME, String.class)
                .setParameter("tenant", tenant)
                .setParameter("name", name)
                .getSingleResult();
        if (!registered.equals(digest)) {
            throw NameTakenException.bytes(table, name, registered, digest);
        }
    }

    Optional<String> document(String table, String tenant, String name) {
        return entities.createNativeQuery("select document from " + table + OF_NAME, String.class)
                .setParameter("tenant", tenant)
                .setParameter("name", name)
                .getResultStream()
                .findFirst()
                .map(String.class::cast);
    }

    List<String> documents(String table, String tenant) {
        List<?> found = entities.createNativeQuery(
                        "select document from " + table + " where tenant = :tenant order by name", String.class)
                .setParameter("tenant", tenant)
                .getResultList();
        return found.stream().map(String.class::cast).toList();
    }
}
