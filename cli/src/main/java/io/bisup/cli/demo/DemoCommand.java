package io.bisup.cli.demo;

import io.bisup.cli.ExitCode;
import io.bisup.cli.Terminal;
import io.bisup.cli.rest.Jobs;
import io.bisup.cli.rest.ServiceClient;
import io.bisup.cli.suite.Suite;
import io.bisup.cli.suite.SuiteFolders;
import io.bisup.cli.suite.SuiteSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Quantizes the demo model through every part of the suite. */
@Command(
        name = "demo",
        description = {
            "Quantize the demo model with plain rounding and with BiSup, through the whole suite, and compare.",
            "Uses the suite that is up, or starts one on fresh data in .bisup/demo. At a terminal that one stays up for "
                    + "a look at the dashboard until Ctrl-C; otherwise it is stopped at the end."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DemoCommand implements Callable<Integer> {

    @Option(names = "--once", description = "stop the suite at the end, also at a terminal")
    private boolean once;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "${env:BISUP_PORT:-8080}",
            description = "of REST and dashboard; another one when it is taken (default: BISUP_PORT, else 8080)")
    private int port;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        SuiteFolders folders = SuiteFolders.ofHome();
        Suite running = new Suite(folders, SuiteSettings.defaults());
        if (running.up()) {
            say("Using the suite that is up at " + running.address());
            return run(running, folders.home());
        }
        return runOnFreshSuite(folders);
    }

    private int runOnFreshSuite(SuiteFolders folders) throws IOException, InterruptedException {
        SuiteFolders fresh = folders.withData(folders.state().resolve("demo"));
        Suite suite = new Suite(fresh, new SuiteSettings(port, Map.of()));
        suite.stop();
        Trees.delete(fresh.data());
        Thread stop = Thread.ofPlatform().unstarted(suite::stop);
        Runtime.getRuntime().addShutdownHook(stop);
        say("Starting PostgreSQL, Kafka, S3 and the three services (logs: " + fresh.logs() + ")");
        suite.start();
        int code = run(suite, fresh.home());
        if (!once && Terminal.isInteractive()) {
            say("The suite stays up for a look at the dashboard. Ctrl-C stops it.");
            new CountDownLatch(1).await();
        }
        return code;
    }

    private int run(Suite suite, Path home) {
        say("Dashboard: " + suite.address() + "/");
        Path model = home.resolve("demo-model/model");
        if (!Files.exists(model.resolve("model.safetensors"))) {
            say("There is no demo model in " + model + ": make it with ./bisup demo-model");
            return ExitCode.FAILED;
        }
        ServiceClient client = new ServiceClient(suite.address());
        PrintWriter out = spec.commandLine().getOut();
        DemoRun demo = new DemoRun(client, model, out);
        DemoTable table = demo.run();
        table.print(out);
        say("Dashboard: " + suite.address() + "/");
        return table.failed() ? Jobs.exitCode(io.bisup.contract.JobState.FAILED) : ExitCode.OK;
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
