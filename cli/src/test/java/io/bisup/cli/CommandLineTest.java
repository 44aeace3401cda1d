package io.bisup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
    void aPortThatIsAskedForAndTakenIsSaid(@TempDir Path home) throws Exception {
        String before = System.getProperty("bisup.home");
        System.setProperty("bisup.home", home.toString());
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CommandRun run = CommandRun.of("up", "--port", taken.getLocalPort());
            assertThat(run.code()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err()).contains("port " + taken.getLocalPort() + " is taken");
            assertThat(run.out()).doesNotContain("Starting");
        } finally {
            if (before == null) {
                System.clearProperty("bisup.home");
            } else {
                System.setProperty("bisup.home", before);
            }
        }
    }

    @Test
    void aFolderAsDataSetIsNamedAsOne(@TempDir Path folder) {
        CommandRun run = CommandRun.of("datasets", "add", "x", folder, "--server", "http://localhost:1");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("is a folder");
    }

    @Test
    void optionsThatCannotBeMeantAreNamedAsOptions() {
        CommandRun run = CommandRun.of(
                "submit",
                "--model",
                "M",
                "--recipe",
                "r",
                "--calibration-dataset",
                "d",
                "--server",
                "http://localhost:1");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--model NAME: 'M' is no name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"get", "watch", "pause", "resume", "cancel", "retry", "clone"})
    void somethingThatIsNoIdIsNamed(String command) {
        CommandRun run = CommandRun.of(command, "../secrets", "--server", "http://localhost:1");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("'../secrets' is no job id");
    }

    @Test
    void aPriorityThatThereIsNotIsNamed() {
        CommandRun run = CommandRun.of("clone", UUID.randomUUID(), "--priority", "urgent");
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--priority").contains("urgent");
    }
}
