package io.bisup.platform.registry;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.ObjectEntry;

/**
 * A data set that specs may name; its digest and size are its object's.
 *
 * @param name what specs call it
 * @param format how to read the object
 * @param object its one object
 */
public record RegisteredDataset(String name, DatasetFormat format, ObjectEntry object) {

    public String sha256() {
        return object.sha256();
    }

    public long bytes() {
        return object.bytes();
    }
}
