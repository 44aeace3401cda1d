package io.bisup.cli.suite;

import io.bisup.cli.ExitCode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Starts the suite and leaves it up. */
@Command(
        name = "up",
        description = "Start the suite on this machine and leave it up; its data survives in .bisup/data.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class UpCommand implements Callable<Integer> {

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "${env:BISUP_PORT:-8080}",
            description = "of REST and dashboard; another one when it is taken (default: BISUP_PORT, else 8080)")
    private int port;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        SuiteFolders folders = SuiteFolders.ofHome();
        Suite suite = new Suite(folders, new SuiteSettings(port, Map.of()));
        List<Member> unwell = suite.unwell();
        if (unwell.isEmpty()) {
            out.println("The suite is up already.");
        } else {
            if (unwell.size() < Member.values().length) {
                out.println("Not well: " + unwell.stream().map(Member::id).collect(Collectors.joining(", "))
                        + ". Everything is started again.");
            }
            out.println("Starting " + Member.LOCAL_STACK.purpose() + ", then the services ...");
            out.flush();
            suite.start();
        }
        suite.guard();
        out.println("Dashboard  " + suite.address() + "/");
        out.println("REST       " + suite.address() + "/v1/quantization-jobs");
        out.println("Logs       " + folders.logs());
        out.println("Stop it with ./bisup down");
        return ExitCode.OK;
    }
}
