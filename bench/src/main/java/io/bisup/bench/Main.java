package io.bisup.bench;

import io.bisup.bench.methods.MethodsCommand;
import io.bisup.bench.methods.RowRunCommand;
import io.bisup.bench.methods.WindowsCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Entry of the benchmarks. */
@Command(
        name = "bench",
        description = "Measures what this project claims about speed and memory.",
        subcommands = {
            AblationCommand.class,
            BlockStepCommand.class,
            MemoryCommand.class,
            MemoryRunCommand.class,
            MethodsCommand.class,
            ProductsCommand.class,
            RowRunCommand.class,
            WindowsCommand.class
        },
        mixinStandardHelpOptions = true,
        version = "BiSup Service 0.1.0")
public final class Main {
    private Main() {}

    static CommandLine commandLine() {
        return new CommandLine(new Main());
    }

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }
}
