package io.bisup.cli.suite;

import io.bisup.cli.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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

    private static final int DEFAULT_PORT = 8080;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "of REST and dashboard (default: BISUP_PORT, else 8080, else a free one)")
    private @Nullable Integer port;

    @Spec
    private CommandSpec spec;

    private static int usualPort() {
        String configured = System.getenv("BISUP_PORT");
        return configured == null || !configured.matches("\\d{1,5}") ? DEFAULT_PORT : Integer.parseInt(configured);
    }

    /** Who asks for a port gets that one or none. */
    private void requirePort(int found, String what, String remedy) {
        if (port != null && port != Ports.ANY && found != port) {
            throw new SuiteException(what + found + ": " + remedy, ExitCode.USAGE);
        }
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        SuiteFolders folders = SuiteFolders.ofHome();
        int wanted = port != null ? port : usualPort();
        Suite suite = new Suite(folders, new SuiteSettings(wanted, Map.of()));
        List<Member> unwell = suite.unwell();
        if (unwell.isEmpty()) {
            requirePort(suite.address().getPort(), "the suite is up already, at port ", "run ./bisup down first");
            out.println("The suite is up already.");
        } else {
            if (suite.process(Member.API).isEmpty()) {
                requirePort(
                        Ports.freeOr(wanted), "port " + wanted + " is taken; free would be ", "choose with --port N");
            }
            if (unwell.size() < Member.values().length) {
                out.println("Not well: " + unwell.stream().map(Member::id).collect(Collectors.joining(", "))
                        + ". Everything is started again.");
            }
            out.println("Starting " + Member.LOCAL_STACK.purpose() + ", then the services ...");
            out.flush();
            suite.start();
        }
        suite.guard();
        if (wanted != Ports.ANY && suite.address().getPort() != wanted) {
            out.println("Port " + wanted + " is taken by another program: this suite answers at another.");
        }
        out.println("Dashboard  " + suite.address() + "/");
        out.println("REST       " + suite.address() + "/v1/quantization-jobs");
        out.println("Logs       " + folders.logs());
        out.println("Stop it with ./bisup down");
        return ExitCode.OK;
    }
}
