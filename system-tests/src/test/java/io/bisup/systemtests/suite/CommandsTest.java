package io.bisup.systemtests.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.rest.ArtifactCommand;
import io.bisup.cli.rest.GetCommand;
import io.bisup.cli.rest.JobView;
import io.bisup.cli.rest.KeysCommand;
import io.bisup.contract.Digests;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command line against a running suite: from a finished job to its files, and keys. */
class CommandsTest {

    @Test
    void aJobsFilesAreFetchedAndKeysHoldUntilRevoked(@TempDir Path folder) throws Exception {
        try (RunningSuite suite = RunningSuite.start(folder)) {
            JobView job = suite.submit(RunningSuite.smallJob(List.of()));
            suite.await(job.id(), Duration.ofMinutes(3));
            String server = suite.client().server().toString();
            assertThat(run(new GetCommand(), job.id(), "--server", server).out)
                    .contains("./bisup artifact get " + job.id());

            Path out = folder.resolve("artifact");
            assertThat(run(new ArtifactCommand(), "get", job.id(), "--out", out, "--server", server).code)
                    .isZero();
            for (JsonNode file : suite.artifact(job.id()).path("files")) {
                assertThat(Digests.sha256(
                                Files.readAllBytes(out.resolve(file.path("name").asText()))))
                        .isEqualTo(file.path("sha256").asText());
            }
            try (Stream<Path> files = Files.list(out)) {
                assertThat(files).noneMatch(f -> f.toString().endsWith(".part"));
            }
            assertThat(run(new ArtifactCommand(), "get", job.id(), "--out", out, "--server", server).code)
                    .isZero();
            Files.writeString(out.resolve("config.json"), "changed");
            assertThat(run(new ArtifactCommand(), "get", job.id(), "--out", out, "--server", server).code)
                    .isNotZero();

            String key = run(new KeysCommand(), "create", "--tenant", "team", "--name", "ci", "--server", server)
                    .out
                    .strip();
            assertThat(key).startsWith("bisup_");
            assertThat(run(new GetCommand(), job.id(), "--server", server, "--key", key).code)
                    .as("another tenant's job")
                    .isNotZero();
            String id = key.split("_", -1)[1];
            assertThat(run(new KeysCommand(), "list", "--server", server).out).contains(id, "team");
            assertThat(run(new KeysCommand(), "revoke", id, "--server", server).out)
                    .contains("revoked");
        }
    }

    private record Run(int code, String out) {}

    private static Run run(Object command, Object... arguments) {
        StringWriter out = new StringWriter();
        CommandLine line =
                new CommandLine(command).setOut(new PrintWriter(out)).setErr(new PrintWriter(new StringWriter()));
        int code = line.execute(Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
        return new Run(code, out.toString());
    }
}
