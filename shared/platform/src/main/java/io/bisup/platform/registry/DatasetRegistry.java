package io.bisup.platform.registry;

import java.util.List;
import java.util.Optional;

/** Data sets by tenant and name. A name, once taken, means the same bytes, read the same way, for ever. */
public interface DatasetRegistry {

    /**
     * Registers a data set whose object is already in the store; again with the same digest is a no-op, but for a schema that an
     * older release did not keep.
     *
     * @return what is registered under the name
     * @throws NameTakenException when the name stands for other bytes, another format or another schema
     */
    RegisteredDataset register(String tenant, RegisteredDataset dataset);

    Optional<RegisteredDataset> find(String tenant, String name);

    /** All data sets, sorted by name. */
    List<RegisteredDataset> list(String tenant);
}
