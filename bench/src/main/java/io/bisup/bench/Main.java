package io.bisup.bench;

import io.bisup.bench.eval.EvalCommand;
import io.bisup.bench.methods.MethodsCommand;
import io.bisup.bench.methods.RowRunCommand;
import io.bisup.bench.methods.WindowsCommand;
import io.bisup.bench.perplexity.PerplexityCommand;
import io.bisup.bench.profile.ProfileCommand;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry of the benchmarks. */
@Command(
        name = "bench",
        description = "Measures what this project claims about speed and memory.",
        subcommands = {
            AblationCommand.class,
            BlockStepCommand.class,
            EvalCommand.class,
            MemoryCommand.class,
            MemoryRunCommand.class,
            MethodsCommand.class,
            PerplexityCommand.class,
            ProductsCommand.class,
            ProfileCommand.class,
            ClipSearchCommand.class,
            RowRunCommand.class,
            WindowsCommand.class
        },
        mixinStandardHelpOptions = true,
        version = "BiSup Service 0.1.0")
public final class Main {
    /** Kept, for a logger that nobody holds forgets its level. */
    private static final Logger TENSORS = Logger.getLogger("ai.djl");

    private Main() {}

    static CommandLine commandLine() {
        return new CommandLine(new Main());
    }

    public static void main(String[] args) {
        TENSORS.setLevel(Level.WARNING);
        System.exit(commandLine().execute(args));
    }
}
