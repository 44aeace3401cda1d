package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists jobs. */
@Command(name = "list", description = "List jobs, newest first.", mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ListCommand implements Callable<Integer> {

    @Mixin
    private ServiceOptions service;

    @Option(names = "--limit", paramLabel = "N", defaultValue = "50", description = "at most so many (1 to 200)")
    private int limit;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonNode page = new Jobs(service.client()).list(limit);
        PrintWriter out = spec.commandLine().getOut();
        for (JsonNode node : page.path("items")) {
            JobView job = new JobView(node);
            out.println(
                    service.json()
                            ? ServiceClient.line(node)
                            : String.format(
                                    "%s  %-10s  %3d/%-3d  %s  %s",
                                    job.id(), job.state(), job.blocksDone(), job.blocks(), job.model(), job.recipe()));
        }
        return ExitCode.OK;
    }
}
