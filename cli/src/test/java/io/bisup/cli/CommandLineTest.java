package io.bisup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CommandLineTest {

    private final StringWriter err = new StringWriter();

    private int run(String... args) {
        CommandLine line = Main.commandLine();
        line.setErr(new PrintWriter(err, true));
        return line.execute(args);
    }

    @Test
    void aServiceThatDoesNotAnswerIsOneLineAndExitCodeThree() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }

        int code = run("get", UUID.randomUUID().toString(), "--server", "http://localhost:" + nobody);

        assertThat(code).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(err.toString().lines()).singleElement().asString().contains("localhost:" + nobody);
    }

    @Test
    void anUnknownOptionIsOneLineAndExitCodeTwo() {
        assertThat(run("list", "--all")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("--all")
                .contains("list --help");
    }

    @Test
    void somethingThatIsNoIdIsNamed() {
        assertThat(run("get", "../secrets")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains("'../secrets' is no job id");
    }
}
