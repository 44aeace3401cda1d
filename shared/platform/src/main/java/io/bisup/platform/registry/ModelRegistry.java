package io.bisup.platform.registry;

import java.util.List;
import java.util.Optional;

/** Models by tenant and name. A name, once taken, means the same bytes for ever. */
public interface ModelRegistry {

    /**
     * Registers a model whose objects are already in the store; again with the same digest is a no-op.
     *
     * @return what is registered under the name
     * @throws NameTakenException when the name stands for other bytes
     */
    RegisteredModel register(String tenant, RegisteredModel model);

    Optional<RegisteredModel> find(String tenant, String name);

    /** All models, sorted by name. */
    List<RegisteredModel> list(String tenant);
}
