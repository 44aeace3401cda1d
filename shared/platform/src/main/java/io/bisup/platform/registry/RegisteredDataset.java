package io.bisup.platform.registry;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.DatasetSchema;
import io.bisup.contract.ObjectEntry;
import org.jspecify.annotations.Nullable;

/**
 * A data set that specs may name; its digest and size are its object's.
 *
 * @param name what specs call it
 * @param format how to read the object
 * @param object its one object
 * @param schema what is in it; null where an older release registered it, and in what a job keeps of its data sets: whether they
 *     fit was checked before
 */
public record RegisteredDataset(
        String name,
        DatasetFormat format,
        ObjectEntry object,
        @JsonIgnore @Nullable DatasetSchema schema) {

    /** A data set of which nobody says what is in it. */
    public RegisteredDataset(String name, DatasetFormat format, ObjectEntry object) {
        this(name, format, object, null);
    }

    public String sha256() {
        return object.sha256();
    }

    public long bytes() {
        return object.bytes();
    }
}
