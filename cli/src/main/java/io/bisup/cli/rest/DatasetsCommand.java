package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ExitCode;
import io.bisup.cli.FormatConverter;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.DatasetSchema;
import io.bisup.contract.Folders;
import io.bisup.contract.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Data sets that jobs may name. */
@Command(name = "datasets", description = "Upload and list data sets.", mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DatasetsCommand {

    @Spec
    private CommandSpec spec;

    @Command(name = "add", description = "Upload a data set; prints its digest.", mixinStandardHelpOptions = true)
    int add(
            @Mixin ServiceOptions service,
            @Parameters(paramLabel = "NAME", description = "what jobs will call it") String name,
            @Parameters(
                            paramLabel = "FILE",
                            description = "UTF-8 text, JSON lines or Parquet; or a public file on the Hugging Face hub,"
                                    + " hf://datasets/OWNER/NAME[@REVISION]/PATH")
                    String file,
            @Option(names = "--format", converter = FormatConverter.class, description = FormatConverter.DESCRIPTION)
                    @Nullable
                    DatasetFormat format,
            @Option(names = "--task", description = "rows have the fields of this zero-shot task, such as arc_easy")
                    @Nullable
                    String task,
            @Option(
                            names = "--hub",
                            paramLabel = "URL",
                            defaultValue = "${env:HF_ENDPOINT:-https://huggingface.co}",
                            description = "where hf:// files are (default: HF_ENDPOINT, else https://huggingface.co)",
                            showDefaultValue = CommandLine.Help.Visibility.NEVER)
                    URI hub)
            throws IOException {
        DatasetFormat read = format == null ? DatasetFormat.ofFileName(file) : format;
        Inputs inputs = new Inputs(service.client());
        JsonNode dataset = file.startsWith(HubFile.SCHEME)
                ? fromHub(HubFile.parse(file), hub, copy -> inputs.addDataset(name, copy, read, task))
                : inputs.addDataset(name, Path.of(file), read, task);
        PrintWriter out = spec.commandLine().getOut();
        out.println(service.json() ? ServiceClient.line(dataset) : line(dataset));
        if (format == null && !service.json()) {
            out.println("  read as " + words(read) + ", as its name says; --format says it otherwise");
        }
        return ExitCode.OK;
    }

    /** How a format reads bytes. */
    private static String words(DatasetFormat format) {
        return switch (format) {
            case TEXT -> "text as it is";
            case WIKITEXT -> "WikiText rows";
            case JSONL -> "JSON lines";
            case PARQUET -> "Parquet rows";
        };
    }

    /** Adds a copy of a file on the hub, which goes again. */
    private static JsonNode fromHub(HubFile file, URI hub, Function<Path, JsonNode> add) throws IOException {
        Path folder = Files.createTempDirectory("bisup-hub");
        try {
            Path copy = folder.resolve(file.fileName());
            file.download(hub, copy);
            return add.apply(copy);
        } finally {
            Folders.delete(folder);
        }
    }

    @Command(name = "list", description = "List the data sets.", mixinStandardHelpOptions = true)
    int list(@Mixin ServiceOptions service) {
        for (JsonNode dataset : new Inputs(service.client()).datasets()) {
            spec.commandLine().getOut().println(service.json() ? ServiceClient.line(dataset) : line(dataset));
        }
        return ExitCode.OK;
    }

    private static String line(JsonNode dataset) {
        return String.format(
                "%-24s  %-22s  %-8s  %,15d bytes  %.12s",
                dataset.path("name").asText(),
                holds(dataset.path("schema")),
                dataset.path("format").asText(),
                dataset.path("bytes").asLong(),
                dataset.path("sha256").asText());
    }

    /** What is in a data set; a dash where it was registered before that was kept. */
    private static String holds(JsonNode schema) {
        return schema.isObject() ? Json.convert(schema, DatasetSchema.class).words() : "–";
    }
}
