package io.bisup.cli.local;

import picocli.CommandLine.Command;

/** The commands that need no service. */
@Command(
        name = "local",
        description = "Run the engine on folders, without any service.",
        subcommands = {
            LogitsCommand.class,
            PerplexityCommand.class,
            ZeroShotCommand.class,
            CompareCommand.class,
            DivergenceCommand.class,
            PropagationCommand.class,
            QuantizeCommand.class
        },
        mixinStandardHelpOptions = true)
public final class LocalCommand {}
