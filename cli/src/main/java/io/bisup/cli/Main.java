package io.bisup.cli;

import io.bisup.cli.demo.DemoCommand;
import io.bisup.cli.export.ExportCommand;
import io.bisup.cli.export.ServeLineCommand;
import io.bisup.cli.local.LocalCommand;
import io.bisup.cli.rest.ArtifactCommand;
import io.bisup.cli.rest.CancelCommand;
import io.bisup.cli.rest.CloneCommand;
import io.bisup.cli.rest.CompareJobsCommand;
import io.bisup.cli.rest.DatasetsCommand;
import io.bisup.cli.rest.EvaluateCommand;
import io.bisup.cli.rest.GetCommand;
import io.bisup.cli.rest.KeysCommand;
import io.bisup.cli.rest.ListCommand;
import io.bisup.cli.rest.ModelsCommand;
import io.bisup.cli.rest.PauseCommand;
import io.bisup.cli.rest.RecipesCommand;
import io.bisup.cli.rest.ResumeCommand;
import io.bisup.cli.rest.RetryCommand;
import io.bisup.cli.rest.SubmitCommand;
import io.bisup.cli.rest.WatchCommand;
import io.bisup.cli.suite.DownCommand;
import io.bisup.cli.suite.UpCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry of the command line. */
@Command(
        name = "bisup",
        description = "Makes large language models small without making them stupid.",
        subcommands = {
            DemoCommand.class,
            UpCommand.class,
            DownCommand.class,
            ModelsCommand.class,
            DatasetsCommand.class,
            RecipesCommand.class,
            SubmitCommand.class,
            EvaluateCommand.class,
            CompareJobsCommand.class,
            WatchCommand.class,
            GetCommand.class,
            ListCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            CancelCommand.class,
            RetryCommand.class,
            CloneCommand.class,
            ArtifactCommand.class,
            ExportCommand.class,
            ServeLineCommand.class,
            KeysCommand.class,
            LocalCommand.class,
        },
        mixinStandardHelpOptions = true,
        version = "BiSup Service 0.1.0")
public final class Main {

    private Main() {}

    static CommandLine commandLine() {
        Errors errors = new Errors();
        return new CommandLine(new Main())
                .setExecutionExceptionHandler(errors)
                .setParameterExceptionHandler(errors)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }
}
