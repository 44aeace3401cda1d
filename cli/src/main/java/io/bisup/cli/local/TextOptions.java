package io.bisup.cli.local;

import io.bisup.cli.FormatConverter;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.DatasetFormat;
import io.bisup.data.DatasetException;
import io.bisup.data.TextDataset;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The text that a command measures on. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class TextOptions {

    @Option(
            names = "--text",
            required = true,
            paramLabel = "FILE",
            description = "text, WikiText rows such as wiki.test.raw, or documents as .jsonl or .parquet")
    private Path text;

    @Option(names = "--format", converter = FormatConverter.class, description = FormatConverter.DESCRIPTION)
    private @Nullable DatasetFormat format;

    /**
     * Reads the file.
     *
     * @throws UserErrorException when it cannot be read as its format
     */
    TextDataset read() {
        try {
            String name = String.valueOf(text.getFileName());
            return TextDataset.read(text, name, format == null ? DatasetFormat.ofFileName(name) : format);
        } catch (DatasetException e) {
            throw new UserErrorException("--text " + e.getMessage());
        }
    }
}
