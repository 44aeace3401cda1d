package io.bisup.platform.database;

import io.bisup.platform.registry.DatasetRegistry;
import io.bisup.platform.registry.RegisteredDataset;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;

/** The data set registry. */
@ApplicationScoped
class DatabaseDatasetRegistry implements DatasetRegistry {

    private static final String TABLE = "dataset";

    private final Registration registration;

    DatabaseDatasetRegistry(Registration registration) {
        this.registration = registration;
    }

    @Override
    @Transactional
    public RegisteredDataset register(String tenant, RegisteredDataset dataset) {
        registration.register(TABLE, tenant, dataset.name(), dataset.sha256(), Documents.write(dataset));
        return find(tenant, dataset.name()).orElseThrow();
    }

    @Override
    @Transactional
    public Optional<RegisteredDataset> find(String tenant, String name) {
        return registration.document(TABLE, tenant, name).map(d -> Documents.read(d, RegisteredDataset.class));
    }

    @Override
    @Transactional
    public List<RegisteredDataset> list(String tenant) {
        return registration.documents(TABLE, tenant).stream()
                .map(d -> Documents.read(d, RegisteredDataset.class))
                .toList();
    }
}
