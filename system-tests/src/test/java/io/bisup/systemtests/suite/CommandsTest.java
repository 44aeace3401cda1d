package io.bisup.systemtests.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.export.ExportCommand;
import io.bisup.cli.rest.ArtifactCommand;
import io.bisup.cli.rest.CancelCommand;
import io.bisup.cli.rest.CloneCommand;
import io.bisup.cli.rest.CompareJobsCommand;
import io.bisup.cli.rest.DatasetsCommand;
import io.bisup.cli.rest.EvaluateCommand;
import io.bisup.cli.rest.GetCommand;
import io.bisup.cli.rest.JobView;
import io.bisup.cli.rest.KeysCommand;
import io.bisup.cli.rest.PauseCommand;
import io.bisup.cli.rest.ResumeCommand;
import io.bisup.cli.rest.RetryCommand;
import io.bisup.contract.Digests;
import io.bisup.contract.DivergenceSpec;
import io.bisup.contract.PerplexitySpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command line against a running suite: from a finished job to its files and exports, and keys. */
class CommandsTest {

    @Test
    void aJobsFilesAreFetchedAndKeysHoldUntilRevoked(@TempDir Path folder) throws Exception {
        try (RunningSuite suite = RunningSuite.start(folder)) {
            JobView job = suite.submit(RunningSuite.smallJob(List.of(
                    new PerplexitySpec("stories", PerplexitySpec.Protocol.GPTQ, 64),
                    new DivergenceSpec("stories", PerplexitySpec.Protocol.GPTQ, 64))));
            suite.await(job.id(), Duration.ofMinutes(3));
            String server = suite.client().server().toString();
            assertThat(run(new GetCommand(), job.id(), "--server", server).out)
                    .contains("stories (gptq, window 64): perplexity ", ", ln ratio ", "stories: mean KL ", "same top ")
                    .contains("./bisup artifact get " + job.id());
            assertThat(run(new CompareJobsCommand(), job.id(), "--baseline", "--server", server).out)
                    .contains("perplexity on stories, windows of 64", job.id() + " (FP)  ", "(x 1.0000)")
                    .containsPattern("\\(x \\d\\.\\d{4}, ln ratio [+-]\\d\\.\\d{4} ± \\d\\.\\d{4}");

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
            evaluations(job.id(), server);
            exports(job.id(), folder.resolve("export"), server);
            fromHub(server, Files.writeString(folder.resolve("wiki.raw"), " = T = \n \n a\n"));
            again(suite, job.id(), server);
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

    /** A clone is stopped, ended and tried again; the finished job is not. */
    private static void again(RunningSuite suite, String id, String server) throws Exception {
        String clone = run(new CloneCommand(), id, "--label", "run=2", "--server", server)
                .out
                .strip();
        run(new PauseCommand(), clone, "--server", server);
        assertThat(run(new ResumeCommand(), clone, "--server", server).out).containsAnyOf("QUEUED", "RUNNING");
        assertThat(run(new CancelCommand(), clone, "--server", server).out).contains("CANCEL");
        suite.await(clone, Duration.ofMinutes(1));
        String retry = run(new RetryCommand(), clone, "--server", server).out.strip();
        JsonNode tried = suite.client().get("/v1/quantization-jobs/" + retry);
        assertThat(tried.path("retryOf").asText()).isEqualTo(clone);
        assertThat(tried.path("labels").path("run").asText()).isEqualTo("2");
        run(new CancelCommand(), retry, "--server", server);
        assertThat(run(new RetryCommand(), id, "--server", server).code)
                .as("it has its result")
                .isNotZero();
    }

    /** How a file is read is said; one of the hub is held to what the hub promised, registered, and its copy here goes again. */
    private static void fromHub(String server, Path wiki) throws IOException {
        byte[] rows = "{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"b\",\"label\":0}\n".getBytes(StandardCharsets.UTF_8);
        List<Path> before = hubCopies();
        try (Hub hub = new Hub("/datasets/some/rows/resolve/v1/data/rows.jsonl", rows)) {
            String file = "hf://datasets/some/rows@v1/data/rows.jsonl";
            String at = hub.address();
            Run added =
                    run(new DatasetsCommand(), "add", "rows", file, "--task", "piqa", "--hub", at, "--server", server);
            assertThat(added.code).as(added.out).isZero();
            assertThat(added.out).contains("rows of piqa", Digests.sha256(rows).substring(0, 12), "read as JSON lines");
            assertThat(run(new DatasetsCommand(), "list", "--server", server).out)
                    .containsPattern("rows +rows of piqa +JSONL")
                    .containsPattern("stories +text +TEXT");
            assertThat(run(new DatasetsCommand(), "add", "wiki", wiki, "--server", server).out)
                    .contains("read as WikiText rows, as its name says; --format says it otherwise");
            assertThat(run(new DatasetsCommand(), "add", "wiki", wiki, "--format", "wikitext", "--server", server).out)
                    .contains("WIKITEXT")
                    .doesNotContain("read as");
            assertThat(run(new DatasetsCommand(), "add", "rows", file, "--hub", at, "--server", server).code)
                    .as("its rows are no documents")
                    .isNotZero();
            assertThat(hub.sent()).isEqualTo(2);
        }
        assertThat(hubCopies()).isEqualTo(before);
    }

    private static List<Path> hubCopies() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(f -> String.valueOf(f.getFileName()).startsWith("bisup-hub"))
                    .sorted()
                    .toList();
        }
    }

    /** A finished artifact and a model are measured once more, by evaluation jobs of their own. */
    private static void evaluations(String id, String server) {
        Run artifact = run(
                new EvaluateCommand(),
                "--artifact",
                id,
                "--evaluate",
                "stories:gptq:64",
                "--evaluate",
                "stories:divergence:64",
                "--watch",
                "--server",
                server);
        assertThat(artifact.code).as(artifact.out).isZero();
        assertThat(artifact.out)
                .containsSubsequence("SUCCEEDED", "stories: perplexity ", ", FP model ", "stories: mean KL ");
        String evaluation = artifact.out.lines().findFirst().orElseThrow();
        assertThat(run(new GetCommand(), evaluation, "--server", server).out)
                .containsSubsequence("SUCCEEDED", "stories: perplexity ");
        assertThat(run(new CancelCommand(), evaluation, "--server", server).out)
                .as("too late")
                .contains(evaluation, "SUCCEEDED");
        Run model = run(
                new EvaluateCommand(),
                "--model",
                "demo",
                "--evaluate",
                "stories:gptq:64",
                "--watch",
                "--server",
                server);
        assertThat(model.code).as(model.out).isZero();
        assertThat(model.out).containsPattern("stories: perplexity (\\d+\\.\\d{4}), FP model \\1");
        assertThat(run(
                                new EvaluateCommand(),
                                "--artifact",
                                "nobody",
                                "--evaluate",
                                "stories:gptq:64",
                                "--server",
                                server)
                        .code)
                .isNotZero();
    }

    /** The service exports a finished artifact, and says why it cannot. */
    private static void exports(String id, Path out, String server) {
        assertThat(run(new ArtifactCommand(), "export", id, "gguf", "--server", server).code)
                .as("inputs of three bits have no place there")
                .isNotZero();
        Run made = run(new ArtifactCommand(), "export", id, "hf-fake", "--watch", "--server", server);
        assertThat(made.code).as(made.out).isZero();
        assertThat(run(new ArtifactCommand(), "exports", id, "--server", server).out)
                .contains("hf-fake", "succeeded", "not possible");
        assertThat(run(new ArtifactCommand(), "get", id, "--export", "hf-fake", "--out", out, "--server", server).code)
                .isZero();
        assertThat(out.resolve("config.json")).exists();
        assertThat(out.resolve("tokenizer.json")).exists();
        Path here = out.resolveSibling("exported-here");
        assertThat(run(new ExportCommand(), id, "--format", "hf-fake", "--out", here, "--server", server).code)
                .as("the artifact is fetched and exported on this machine")
                .isZero();
        assertThat(here.resolve("model.safetensors")).hasSameBinaryContentAs(out.resolve("model.safetensors"));
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
