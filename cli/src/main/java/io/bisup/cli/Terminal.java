package io.bisup.cli;

import java.io.Console;

/** Who reads the output. */
public final class Terminal {

    private Terminal() {}

    /** Whether a person sits at a terminal, not a file or a pipe. */
    @SuppressWarnings("SystemConsoleNull") // some JDKs answer null, others a console that is no terminal
    public static boolean isInteractive() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
