package io.bisup.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
        String page = Files.readString(flames);
        assertThat(page).contains("rtn-search-w4a4-g128");
        assertThat(frames(page))
                .contains(
                        "io/bisup/quantize/run/FolderQuantization.run", "io/bisup/quantize/stage/PathRangeStage.apply");
    }

    /** The page keeps frames sorted; each begins with a character for the length of what it shares with the one before. */
    private static List<String> frames(String page) {
        List<String> frames = new ArrayList<>();
        int from = page.indexOf('\n', page.indexOf("const cpool = [")) + 1;
        for (String line :
                page.substring(from, page.indexOf("\n];", from)).lines().toList()) {
            String entry = line.substring(1, line.lastIndexOf('\''))
                    .replace("\\'", "'")
                    .replace("\\\\", "\\");
            frames.add(
                    frames.isEmpty()
                            ? entry
                            : frames.getLast().substring(0, entry.charAt(0) - ' ') + entry.substring(1));
        }
        return frames;
    }
}
