package io.bisup.cli.rest;

import io.bisup.cli.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows one job. */
@Command(name = "get", description = "Show one job and its results.", mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class GetCommand implements Callable<Integer> {

    @Mixin
    private ServiceOptions service;

    @Parameters(paramLabel = "ID", description = "the job's id")
    private String id;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JobView job = new Jobs(service.client()).get(id);
        PrintWriter out = spec.commandLine().getOut();
        if (service.json()) {
            out.println(ServiceClient.line(job.json()));
        } else {
            print(job, out);
        }
        return ExitCode.OK;
    }

    static void print(JobView job, PrintWriter out) {
        out.println(job.id() + "  " + job.state() + "  " + job.model() + "  " + job.recipe());
        if (!job.phase().isEmpty() && !job.state().terminal()) {
            out.println("  " + job.phase() + ", " + job.blocksDone() + " of " + job.blocks() + " blocks done");
        }
        if (!job.failure().isEmpty()) {
            out.println("  " + job.failure());
        }
        job.results().forEach(line -> out.println("  " + line));
        out.flush();
    }
}
