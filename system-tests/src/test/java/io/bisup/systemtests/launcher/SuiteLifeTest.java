package io.bisup.systemtests.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.cli.rest.Inputs;
import io.bisup.cli.rest.ServiceClient;
import io.bisup.cli.suite.Member;
import io.bisup.cli.suite.Suite;
import io.bisup.cli.suite.SuiteFolders;
import io.bisup.cli.suite.SuiteSettings;
import io.bisup.systemtests.PostgresServer;
import io.bisup.systemtests.Project;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, killing, starting again and stopping the whole suite. */
class SuiteLifeTest {

    @TempDir
    Path state;

    /** Then B4: kill -9 of each member, and of the PostgreSQL inside the stores, one after the other. */
    @Test
    void aSuiteKilledWholeComesBackWithItsDataAndWhatDiesIsStartedAgain() throws Exception {
        SuiteFolders folders = new SuiteFolders(Project.home(), state, state.resolve("data"));
        Suite suite = new Suite(folders, new SuiteSettings(0, Map.of()));
        Path text = Files.writeString(state.resolve("text.txt"), "Once upon a time there was a quantizer.\n");
        try {
            suite.start();
            new Inputs(new ServiceClient(suite.address())).addDataset("kept", text);

            for (Member member : Member.values()) {
                kill(suite.process(member).orElseThrow());
            }
            assertThat(suite.up()).isFalse();

            suite.start();
            assertThat(suite.up()).isTrue();
            assertThat(new Inputs(new ServiceClient(suite.address())).datasets().findValuesAsText("name"))
                    .containsExactly("kept");

            suite.guard();
            URI address = suite.address();
            for (Member member : Member.values()) {
                kill(suite.process(member).orElseThrow());
                awaitWell(suite);
            }
            kill(PostgresServer.under(state).orElseThrow());
            awaitWell(suite);
            assertThat(suite.address()).isEqualTo(address);
        } finally {
            suite.stop();
        }

        assertThat(suite.up()).isFalse();
        assertThat(processesOf(state))
                .as("processes that still use the suite's folder")
                .isEmpty();
    }

    private static void kill(ProcessHandle process) {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Twice: right after a death a member may still count as well. */
    private static void awaitWell(Suite suite) {
        Instant end = Instant.now().plus(Duration.ofMinutes(5));
        for (int well = 0; well < 3; well = suite.unwell().isEmpty() ? well + 1 : 0) {
            assertThat(Instant.now()).as("not well: %s", suite.unwell()).isBefore(end);
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
        }
    }

    private static List<String> processesOf(Path folder) {
        return ProcessHandle.allProcesses()
                .map(p -> p.info().commandLine().orElse(""))
                .filter(line -> line.contains(folder.toString()) && !line.contains("surefire"))
                .toList();
    }
}
