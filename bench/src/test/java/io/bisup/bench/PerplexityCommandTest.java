package io.bisup.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PerplexityCommandTest {

    @Test
    void aloneItMeasuresTheDemoModelByEachNumberType(@TempDir Path folder) throws Exception {
        Path text = Files.writeString(
                folder.resolve("stories.txt"), DemoCorpus.test(Register.STORIES).substring(0, 4000));
        StringWriter said = new StringWriter();

        int code = alone(
                Main.commandLine().setOut(new PrintWriter(said)),
                "--text",
                "stories=" + text,
                "--windows",
                "2",
                "--length",
                "64",
                "--compute",
                "float32,bfloat16",
                "--repetitions",
                "1");

        assertThat(code).isZero();
        assertThat(said.toString().lines().filter(line -> line.startsWith("| model ")))
                .hasSize(3)
                .satisfiesExactly(
                        head -> assertThat(head).contains("perplexity here"),
                        line -> assertThat(line).containsPattern("\\| float32 \\| \\d+\\.\\d{4} \\|"),
                        line -> assertThat(line).containsPattern("\\| bfloat16 \\| \\d+\\.\\d{4} \\|"));
    }

    @Test
    void aTextWithFewerWindowsIsRefused(@TempDir Path folder) throws Exception {
        Path text = Files.writeString(folder.resolve("short.txt"), "Once upon a time there was a quantizer.\n");
        StringWriter said = new StringWriter();

        int code = alone(Main.commandLine().setErr(new PrintWriter(said)), "--text", "short=" + text, "--length", "64");

        assertThat(code).isNotZero();
        assertThat(said.toString()).contains("asks for 8 of 64 tokens, and short=", "has 0", "ask for fewer");
    }

    private static int alone(CommandLine command, String... options) {
        List<String> arguments = new ArrayList<>(List.of("perplexity", "--alone", "--models", "../demo-model/model"));
        arguments.addAll(List.of(options));
        return command.execute(arguments.toArray(String[]::new));
    }
}
