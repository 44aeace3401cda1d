package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ExitCode;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.ExportState;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What jobs leave behind. */
@Command(name = "artifact", description = "Show, download and export what a job made.", mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ArtifactCommand {

    @Spec
    private CommandSpec spec;

    @Command(
            name = "get",
            description =
                    "Download a job's artifact, or an export of it, and check every file; again goes on where it broke off.",
            mixinStandardHelpOptions = true)
    int get(
            @Mixin ServiceOptions service,
            @Parameters(paramLabel = "ID", description = "the job's id") String id,
            @Option(names = "--export", paramLabel = "FORMAT", description = "an export instead of the artifact itself")
                    @Nullable
                    String export,
            @Option(names = "--out", paramLabel = "DIR", description = "folder (default: MODEL-RECIPE-ID here)")
                    @Nullable
                    Path folder) {
        ServiceClient client = service.client();
        JobView job = new Jobs(client).get(id);
        ExportFormat format = export == null ? null : ExportOption.parse(export);
        ArtifactDownload download = format == null
                ? ArtifactDownload.of(client, "/v1/artifacts/" + job.id())
                : new ArtifactExports(client, job.id()).download(format);
        Path target = folder != null ? folder : Path.of(name(job) + (format == null ? "" : "-" + format.wireName()));
        PrintWriter out = spec.commandLine().getOut();
        download.into(target, file -> {
            if (!service.json()) {
                out.println(file);
                out.flush();
            }
        });
        out.println(service.json() ? ServiceClient.line(download.manifest()) : where(format, target));
        return ExitCode.OK;
    }

    private static String name(JobView job) {
        return job.model() + "-" + job.recipe() + "-" + job.id().substring(0, 8);
    }

    private static String where(@Nullable ExportFormat format, Path target) {
        return format == null
                ? "The artifact is in " + target + "; for example: ./bisup local perplexity --model " + target
                        + " --text FILE"
                : "The export is in " + target + ", for " + String.join(", ", format.readers())
                        + "; how to serve it: ./bisup serve-command " + target;
    }

    @Command(
            name = "show",
            description = "List an artifact's files with their digests.",
            mixinStandardHelpOptions = true)
    int show(@Mixin ServiceOptions service, @Parameters(paramLabel = "ID", description = "the job's id") String id) {
        ServiceClient client = service.client();
        JsonNode manifest = ArtifactDownload.of(
                        client, "/v1/artifacts/" + new Jobs(client).get(id).id())
                .manifest();
        PrintWriter out = spec.commandLine().getOut();
        if (service.json()) {
            out.println(ServiceClient.line(manifest));
            return ExitCode.OK;
        }
        for (JsonNode file : manifest.path("files")) {
            out.println(String.format(
                    "%s  %,15d  %s",
                    file.path("sha256").asText(),
                    file.path("bytes").asLong(),
                    file.path("name").asText()));
        }
        return ExitCode.OK;
    }

    @Command(
            name = "exports",
            description = "List an artifact's exports, and the formats in which there can be more.",
            mixinStandardHelpOptions = true)
    int exports(@Mixin ServiceOptions service, @Parameters(paramLabel = "ID", description = "the job's id") String id) {
        ServiceClient client = service.client();
        JsonNode exports = new ArtifactExports(client, new Jobs(client).get(id).id()).list();
        PrintWriter out = spec.commandLine().getOut();
        if (service.json()) {
            out.println(ServiceClient.line(exports));
        } else {
            ExportTable.lines(exports).forEach(out::println);
        }
        return ExitCode.OK;
    }

    @Command(
            name = "export",
            description = "Have an artifact exported in the format of another program; prints the export's id.",
            mixinStandardHelpOptions = true)
    int export(
            @Mixin ServiceOptions service,
            @Parameters(index = "0", paramLabel = "ID", description = "the job's id") String id,
            @Parameters(index = "1", paramLabel = "FORMAT", description = ExportOption.FORMATS) String format,
            @Option(names = "--watch", description = "wait for the end; exit code 1 when it fails") boolean watch,
            @Option(
                            names = "--idempotency-key",
                            paramLabel = "KEY",
                            description = "again with the same key is the same export")
                    @Nullable
                    String idempotencyKey)
            throws InterruptedException {
        ServiceClient client = service.client();
        ArtifactExports exports =
                new ArtifactExports(client, new Jobs(client).get(id).id());
        String key = idempotencyKey != null ? idempotencyKey : UUID.randomUUID().toString();
        JsonNode asked = exports.ask(ExportOption.parse(format), key);
        PrintWriter out = spec.commandLine().getOut();
        if (!service.json()) {
            out.println(asked.path("id").asText());
        } else if (!watch) {
            out.println(ServiceClient.line(asked));
        }
        out.flush();
        return watch ? watch(exports, asked.path("id").asText(), service, out) : ExitCode.OK;
    }

    private static int watch(ArtifactExports exports, String id, ServiceOptions service, PrintWriter out)
            throws InterruptedException {
        JsonNode ended = exports.await(id, said -> {
            if (!service.json()) {
                out.println(said);
                out.flush();
            }
        });
        if (service.json()) {
            out.println(ServiceClient.line(ended));
        }
        return ArtifactExports.state(ended) == ExportState.SUCCEEDED ? ExitCode.OK : ExitCode.FAILED;
    }
}
