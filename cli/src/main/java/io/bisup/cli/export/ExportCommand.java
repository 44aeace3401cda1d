package io.bisup.cli.export;

import io.bisup.cli.ExitCode;
import io.bisup.cli.rest.ArtifactFolder;
import io.bisup.cli.rest.ExportOption;
import io.bisup.cli.rest.ServiceOptions;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.Json;
import io.bisup.export.ExportReport;
import io.bisup.export.Exports;
import io.bisup.export.format.ExportOptions;
import io.bisup.export.format.ExportOptions.Layout;
import io.bisup.export.format.ExportOptions.ValueType;
import io.bisup.export.format.ExportProgress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes an artifact in a format that other programs load. */
@Command(
        name = "export",
        description = "Write an artifact in a format that vLLM, transformers, llama.cpp and others load.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ExportCommand implements Callable<Integer> {

    @Parameters(paramLabel = "ARTIFACT", description = "an artifact's folder, or the id of the job that made it")
    private String artifact;

    @Option(names = "--format", required = true, description = ExportOption.FORMATS)
    private String format;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "new or empty folder")
    private Path out;

    @Option(
            names = "--dtype",
            defaultValue = "BFLOAT16",
            description =
                    "bfloat16 or float32 for what hf-fake writes (default: bfloat16, which rounds; float32 does not)")
    private ValueType dtype;

    @Option(
            names = "--layout",
            defaultValue = "PACKED",
            description =
                    "packed or naive, of compressed-tensors' codes: naive is a byte each, larger, and what vLLM on a CPU"
                            + " takes for W4A8 (default: packed)")
    private Layout layout;

    @Option(
            names = "--scores",
            paramLabel = "FILE",
            description = "lines of Markdown with what was measured on the artifact, for the export's README.md")
    private @Nullable Path scores;

    @Option(
            names = "--base-model",
            defaultValue = "",
            paramLabel = "NAME",
            description =
                    "name of the model that the artifact was made of, such as org/name, for the export's README.md (default: the name in the job)")
    private String baseModel;

    @Mixin
    private ServiceOptions service;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        ExportFormat wanted = ExportOption.parse(format);
        try (ArtifactFolder folder = ArtifactFolder.of(artifact, service, out)) {
            ExportOptions options = ExportOptions.DEFAULT
                    .withValues(dtype)
                    .withLayout(layout)
                    .withBaseModel(baseModel.isBlank() ? folder.model() : baseModel)
                    .withScores(scores == null ? "" : Files.readString(scores));
            show(Exports.write(wanted, folder.path(), out, options, ExportProgress.NONE));
        }
        return ExitCode.OK;
    }

    private void show(ExportReport report) {
        PrintWriter writer = spec.commandLine().getOut();
        if (service.json()) {
            writer.println(Json.write(report));
        } else {
            writer.println(String.format(
                    Locale.ROOT,
                    "%s: %d files, %d bytes; ./bisup serve-command %s prints how to serve it",
                    report.folder(),
                    report.files().size(),
                    report.bytes(),
                    report.folder()));
            report.notes().forEach(note -> writer.println("note: " + note));
        }
        writer.flush();
    }
}
