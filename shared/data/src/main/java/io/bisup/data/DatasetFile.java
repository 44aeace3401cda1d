package io.bisup.data;

import io.bisup.contract.DatasetFormat;
import java.nio.file.Path;

/**
 * A data set on local disk.
 *
 * @param path of the file
 * @param name of the data set, for messages and results
 * @param format how its bytes are read
 */
public record DatasetFile(Path path, String name, DatasetFormat format) {}
