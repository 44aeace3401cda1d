package io.bisup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CommandLineTest {

    @Test
    void aServiceThatDoesNotAnswerIsOneLineAndExitCodeThree() throws Exception {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }

        CommandRun run = CommandRun.of("get", UUID.randomUUID(), "--server", "http://localhost:" + nobody);

        assertThat(run.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(run.err().lines()).singleElement().asString().contains("localhost:" + nobody);
    }

    @Test
    void anUnknownOptionIsOneLineAndExitCodeTwo() {
        CommandRun run = CommandRun.of("list", "--all");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains("--all")
                .contains("list --help");
    }

    @Test
    void somethingThatIsNoIdIsNamed() {
        CommandRun run = CommandRun.of("get", "../secrets");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("'../secrets' is no job id");
    }
}
