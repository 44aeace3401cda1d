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
    public RegisteredModel register(RegisteredModel model) {
        registration.register(TABLE, model.name(), model.digest(), Documents.write(model));
        return find(model.name()).orElseThrow();
    }

    @Override
    @Transactional
    public Optional<RegisteredModel> find(String name) {
        return registration.document(TABLE, name).map(d -> Documents.read(d, RegisteredModel.class));
    }

    @Override
    @Transactional
    public List<RegisteredModel> list() {
        return registration.documents(TABLE).stream()
                .map(d -> Documents.read(d, RegisteredModel.class))
                .toList();
    }
}
