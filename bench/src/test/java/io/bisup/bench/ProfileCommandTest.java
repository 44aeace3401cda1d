package io.bisup.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command on one block of the demo model. */
class ProfileCommandTest {

    @TempDir
    Path folder;

    @Test
    void tellsEachPhasesShareAndDrawsFlames() throws Exception {
        Path text =
                Files.writeString(folder.resolve("text.txt"), "A fox ran over the hill to see the sea. ".repeat(40));
        Path flames = folder.resolve("flames.html");
        StringWriter told = new StringWriter();
        CommandLine commands = Main.commandLine();
        commands.setOut(new PrintWriter(told, true));
        commands.setErr(new PrintWriter(told, true));

        assertThat(commands.execute(
                        "profile",
                        "--model",
                        "../demo-model/model",
                        "--preset",
                        "rtn-search-w4a4-g128",
                        "--calibration",
                        "own=" + text,
                        "--samples",
                        "2",
                        "--length",
                        "32",
                        "--blocks",
                        "1",
                        "--interval",
                        "1",
                        "--flames",
                        flames.toString()))
                .as(told.toString())
                .isZero();

        assertThat(told.toString())
                .contains("| phase | in | share | s |", "| PathRange stage | `", "| full-precision stream | `");
        // Names of methods are shortened by what they share with those before them.
        assertThat(Files.readString(flames))
                .contains("rtn-search-w4a4-g128", "io/bisup/bench")
                .hasSizeGreaterThan(10_000);
    }
}
