package io.bisup.cli;

import io.bisup.contract.ExportFormat;
import io.bisup.contract.InvalidSpecException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Export formats by the names that the API uses. */
public final class ExportFormatConverter implements ITypeConverter<ExportFormat> {

    /** What options of this type say about themselves. */
    public static final String NAMES = "compressed-tensors, gptq, awq, gguf, peft or hf-fake";

    @Override
    public ExportFormat convert(String value) {
        try {
            return ExportFormat.parse(value);
        } catch (InvalidSpecException e) {
            throw new TypeConversionException("'" + value + "' is no format; use " + NAMES);
        }
    }
}
