package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What jobs leave behind. */
@Command(name = "artifact", description = "Show and download what a job made.", mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ArtifactCommand {

    @Spec
    private CommandSpec spec;

    @Command(
            name = "get",
            description = "Download a job's artifact and check every file; again goes on where it broke off.",
            mixinStandardHelpOptions = true)
    int get(
            @Mixin ServiceOptions service,
            @Parameters(paramLabel = "ID", description = "the job's id") String id,
            @Option(names = "--out", paramLabel = "DIR", description = "folder (default: MODEL-RECIPE-ID here)")
                    @Nullable
                    Path folder) {
        ServiceClient client = service.client();
        JobView job = new Jobs(client).get(id);
        Path target = folder != null
                ? folder
                : Path.of(job.model() + "-" + job.recipe() + "-" + job.id().substring(0, 8));
        ArtifactDownload download = new ArtifactDownload(client, job.id());
        PrintWriter out = spec.commandLine().getOut();
        download.into(target, file -> {
            if (!service.json()) {
                out.println(file);
                out.flush();
            }
        });
        out.println(
                service.json()
                        ? ServiceClient.line(download.manifest())
                        : "The artifact is in " + target + "; for example: ./bisup local perplexity --model " + target
                                + " --text FILE");
        return ExitCode.OK;
    }

    @Command(
            name = "show",
            description = "List an artifact's files with their digests.",
            mixinStandardHelpOptions = true)
    int show(@Mixin ServiceOptions service, @Parameters(paramLabel = "ID", description = "the job's id") String id) {
        ServiceClient client = service.client();
        JsonNode manifest =
                new ArtifactDownload(client, new Jobs(client).get(id).id()).manifest();
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
}
