package io.bisup.platform.database;

import io.bisup.platform.registry.ModelRegistry;
import io.bisup.platform.registry.RegisteredModel;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Optional;

/** The model registry. */
@ApplicationScoped
class DatabaseModelRegistry implements ModelRegistry {

    private static final String TABLE = "model";

    private final Registration registration;

    DatabaseModelRegistry(Registration registration) {
        this.registration = registration;
    }

    @Override
    @Transactional
    public RegisteredModel register(String tenant, RegisteredModel model) {
        registration.register(TABLE, tenant, model.name(), model.digest(), Documents.write(model));
        return find(tenant, model.name()).orElseThrow();
    }

    @Override
    @Transactional
    public Optional<RegisteredModel> find(String tenant, String name) {
        return registration.document(TABLE, tenant, name).map(d -> Documents.read(d, RegisteredModel.class));
    }

    @Override
    @Transactional
    public List<RegisteredModel> list(String tenant) {
        return registration.documents(TABLE, tenant).stream()
                .map(d -> Documents.read(d, RegisteredModel.class))
                .toList();
    }
}
