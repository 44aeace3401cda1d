package io.bisup.cli.rest;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A command about one job. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
abstract class JobCommand implements Callable<Integer> {

    @Mixin
    private ServiceOptions service;

    @Parameters(paramLabel = "ID", description = "the job's id")
    private String id;

    @Spec
    private CommandSpec spec;

    /** Runs on the job; returns the exit code. */
    abstract int run(Jobs jobs, String id, PrintWriter out, boolean json);

    /** The service's evaluation jobs, for a command that an id of one of them may be given to. */
    final EvaluationJobs evaluations() {
        return new EvaluationJobs(service.client());
    }

    /** The job and where it is now. */
    static void print(JobView job, PrintWriter out, boolean json) {
        out.println(json ? ServiceClient.line(job.json()) : job.id() + "  " + job.state());
    }

    @Override
    public final Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        int code = run(new Jobs(service.client()), id, out, service.json());
        out.flush();
        return code;
    }
}
