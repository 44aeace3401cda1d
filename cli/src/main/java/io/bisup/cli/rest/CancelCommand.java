package io.bisup.cli.rest;

import io.bisup.cli.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks for a job's end. */
@Command(name = "cancel", description = "Cancel a job.", mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CancelCommand implements Callable<Integer> {

    @Mixin
    private ServiceOptions service;

    @Parameters(paramLabel = "ID", description = "the job's id")
    private String id;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JobView job = new Jobs(service.client()).cancel(id);
        PrintWriter out = spec.commandLine().getOut();
        out.println(service.json() ? ServiceClient.line(job.json()) : job.id() + "  " + job.state());
        return ExitCode.OK;
    }
}
