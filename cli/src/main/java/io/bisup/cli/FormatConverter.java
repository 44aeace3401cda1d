package io.bisup.cli;

import io.bisup.contract.DatasetFormat;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Formats of data sets by the names that the API uses. */
public final class FormatConverter implements ITypeConverter<DatasetFormat> {

    /** What {@code --format} says about itself. */
    public static final String DESCRIPTION =
            "text: as it is; wikitext: lines are rows, joined by an empty line; jsonl, parquet: documents in the field "
                    + "text. Default: .raw is wikitext, .jsonl and .parquet are themselves, all else is text";

    @Override
    public DatasetFormat convert(String value) {
        return Arrays.stream(DatasetFormat.values())
                .filter(format -> format.id().equals(value))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + value + "' is no format; use "
                        + Arrays.stream(DatasetFormat.values())
                                .map(DatasetFormat::id)
                                .collect(Collectors.joining(", "))));
    }
}
