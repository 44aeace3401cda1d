package io.bisup.cli.export;

import io.bisup.cli.ExitCode;
import io.bisup.cli.UserErrorException;
import io.bisup.cli.rest.ArtifactFolder;
import io.bisup.cli.rest.ExportOption;
import io.bisup.cli.rest.ServiceOptions;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.recipe.Recipe;
import io.bisup.export.Exports;
import io.bisup.export.folder.ExportRecord;
import io.bisup.export.serve.KubernetesManifest;
import io.bisup.export.serve.Serving;
import io.bisup.llm.artifact.ArtifactConfig;
import io.bisup.llm.config.DecoderConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints how an export is served. */
@Command(
        name = "serve-command",
        description =
                "Print the command that serves an export, with the cache that its recipe means; what to know of it on standard error.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ServeLineCommand implements Callable<Integer> {

    private static final int LABEL_LENGTH = 63;

    @Parameters(
            paramLabel = "ARTIFACT",
            description = "an export's folder; or an artifact's folder or a job's id, to see what its export will take")
    private String artifact;

    @Option(
            names = "--format",
            defaultValue = "compressed-tensors",
            description = "of an artifact's export: " + ExportOption.FORMATS + " (default: compressed-tensors)")
    private String format;

    @Option(names = "--k8s", description = "print a Deployment and a Service for Kubernetes instead")
    private boolean kubernetes;

    @Mixin
    private ServiceOptions service;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path folder = Path.of(artifact);
        if (ExportRecord.isIn(folder)) {
            ExportRecord record = ExportRecord.read(folder);
            print(record.exportFormat(), record.recipe(), artifact);
            return ExitCode.OK;
        }
        try (ArtifactFolder found = ArtifactFolder.of(artifact, service, folder)) {
            Recipe recipe = ArtifactConfig.read(found.path()).recipe();
            ExportFormat wanted = ExportOption.parse(format);
            Exports.requirePossible(wanted, recipe, DecoderConfig.read(found.path()));
            String export = artifact + "-" + wanted.wireName();
            if (!kubernetes) {
                out().println("./bisup export " + artifact + " --format " + wanted.wireName() + " --out " + export);
            }
            print(wanted, recipe, export);
        }
        return ExitCode.OK;
    }

    private void print(ExportFormat exported, Recipe recipe, String path) {
        if (!kubernetes) {
            out().println(String.join(" ", Serving.arguments(exported, recipe, path)));
            // Beside the line, which a shell may run as it is: $(./bisup serve-command DIR).
            PrintWriter notes = spec.commandLine().getErr();
            Serving.notes(exported, recipe).forEach(note -> notes.println("note: " + note));
            notes.flush();
        } else if (exported == ExportFormat.GGUF) {
            throw new UserErrorException("the manifest runs vLLM, which does not read GGUF: export another format");
        } else {
            out().print(new KubernetesManifest(label(recipe.name())).text(exported, recipe));
        }
        out().flush();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** A name that Kubernetes takes. */
    private static String label(String name) {
        String label =
                name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+", "");
        String cut = label.substring(0, Math.min(label.length(), LABEL_LENGTH)).replaceAll("-+$", "");
        return cut.isEmpty() ? "model" : cut;
    }
}
