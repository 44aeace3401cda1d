package io.bisup.api.input;

import io.bisup.contract.DatasetFormat;
import io.bisup.platform.registry.RegisteredDataset;

/**
 * A registered data set.
 *
 * @param name what specs call it
 * @param format how its bytes are read
 * @param bytes its size
 * @param sha256 its digest
 */
public record DatasetView(String name, DatasetFormat format, long bytes, String sha256) {

    static DatasetView of(RegisteredDataset dataset) {
        return new DatasetView(dataset.name(), dataset.format(), dataset.bytes(), dataset.sha256());
    }
}
