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
    public RegisteredDataset register(RegisteredDataset dataset) {
        registration.register(TABLE, dataset.name(), dataset.sha256(), Documents.write(dataset));
        return find(dataset.name()).orElseThrow();
    }

    @Override
    @Transactional
    public Optional<RegisteredDataset> find(String name) {
        return registration.document(TABLE, name).map(d -> Documents.read(d, RegisteredDataset.class));
    }

    @Override
    @Transactional
    public List<RegisteredDataset> list() {
        return registration.documents(TABLE).stream()
                .map(d -> Documents.read(d, RegisteredDataset.class))
                .toList();
    }
}
