package io.bisup.api.input;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.DatasetSchema;
import io.bisup.platform.registry.RegisteredDataset;
import org.jspecify.annotations.Nullable;

/**
 * A registered data set.
 *
 * @param name what specs call it
 * @param format how its bytes are read
 * @param schema what is in it; null where an older release registered rows with fields and kept no word of it
 * @param bytes its size
 * @param sha256 its digest
 */
public record DatasetView(
        String name, DatasetFormat format, @Nullable DatasetSchema schema, long bytes, String sha256) {

    static DatasetView of(RegisteredDataset dataset) {
        return new DatasetView(dataset.name(), dataset.format(), dataset.schema(), dataset.bytes(), dataset.sha256());
    }
}
