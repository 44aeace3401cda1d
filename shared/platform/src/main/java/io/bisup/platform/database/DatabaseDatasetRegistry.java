package io.bisup.platform.database;

import io.bisup.contract.DatasetSchema;
import io.bisup.platform.registry.DatasetRegistry;
import io.bisup.platform.registry.NameTakenException;
import io.bisup.platform.registry.RegisteredDataset;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;

/** The data set registry. What is in a data set stands beside its document, which jobs copy and older releases read. */
@ApplicationScoped
class DatabaseDatasetRegistry implements DatasetRegistry {

    private static final String TABLE = "dataset";
    private static final String COLUMNS = "select document, schema from dataset where tenant = :tenant";

    private final Registration registration;
    private final EntityManager entities;

    DatabaseDatasetRegistry(Registration registration, EntityManager entities) {
        this.registration = registration;
        this.entities = entities;
    }

    @Override
    @Transactional
    public RegisteredDataset register(String tenant, RegisteredDataset dataset) {
        registration.register(TABLE, tenant, dataset.name(), dataset.sha256(), Documents.write(dataset));
        if (dataset.schema() != null) {
            say(tenant, dataset.name(), dataset.schema());
        }
        RegisteredDataset registered = find(tenant, dataset.name()).orElseThrow();
        NameTakenException.requireSame(registered, dataset);
        return registered;
    }

    /** Says what is in a data set of which nobody has said it. */
    private void say(String tenant, String name, DatasetSchema schema) {
        entities.createNativeQuery(
                        "update dataset set schema = :schema where tenant = :tenant and name = :name and schema is null")
                .setParameter("schema", Documents.write(schema))
                .setParameter("tenant", tenant)
                .setParameter("name", name)
                .executeUpdate();
    }

    @Override
    @Transactional
    public Optional<RegisteredDataset> find(String tenant, String name) {
        List<?> found = entities.createNativeQuery(COLUMNS + " and name = :name", Object[].class)
                .setParameter("tenant", tenant)
                .setParameter("name", name)
                .getResultList();
        return found.stream().findFirst().map(row -> dataset((Object[]) row));
    }

    @Override
    @Transactional
    public List<RegisteredDataset> list(String tenant) {
        List<?> found = entities.createNativeQuery(COLUMNS + " order by name", Object[].class)
                .setParameter("tenant", tenant)
                .getResultList();
        return found.stream().map(row -> dataset((Object[]) row)).toList();
    }

    private static RegisteredDataset dataset(Object[] row) {
        RegisteredDataset kept = Documents.read((String) row[0], RegisteredDataset.class);
        return new RegisteredDataset(
                kept.name(),
                kept.format(),
                kept.object(),
                Documents.readNullable((String) row[1], DatasetSchema.class));
    }
}
