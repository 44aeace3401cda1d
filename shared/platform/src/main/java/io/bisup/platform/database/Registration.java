package io.bisup.platform.database;

import io.bisup.platform.registry.NameTakenException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Optional;

/** Names that mean the same bytes for ever, in the tables {@code model} and {@code dataset}. */
@ApplicationScoped
class Registration {

    private final EntityManager entities;

    Registration(EntityManager entities) {
        this.entities = entities;
    }

    /** Takes the name for the digest, unless it is taken; then it must be for the same digest. */
    void register(String table, String name, String digest, String document) {
        entities.createNativeQuery("insert into " + table
                        + " (name, digest, document) values (:name, :digest, :document) on conflict (name) do nothing")
                .setParameter("name", name)
                .setParameter("digest", digest)
                .setParameter("document", document)
                .executeUpdate();
        String registered =
                (String) entities.createNativeQuery("select digest from " + table + " where name = :name", String.class)
                        .setParameter("name", name)
                        .getSingleResult();
        if (!registered.equals(digest)) {
            throw new NameTakenException(table, name, registered, digest);
        }
    }

    Optional<String> document(String table, String name) {
        return entities.createNativeQuery("select document from " + table + " where name = :name", String.class)
                .setParameter("name", name)
                .getResultStream()
                .findFirst()
                .map(String.class::cast);
    }

    List<String> documents(String table) {
        List<?> found = entities.createNativeQuery("select document from " + table + " order by name", String.class)
                .getResultList();
        return found.stream().map(String.class::cast).toList();
    }
}
