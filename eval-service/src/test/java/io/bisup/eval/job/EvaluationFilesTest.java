package io.bisup.eval.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Digests;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Presets;
import io.bisup.platform.job.EvaluationWork;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import io.bisup.platform.work.FileCache;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(EvalStack.class)
class EvaluationFilesTest {

    @Inject
    ObjectStore objects;

    @TempDir
    Path folder;

    /** The cache holds less than either: what the evaluation still reads has to stay. */
    @Test
    void fetchingTheModelEvictsNothingOfTheSameEvaluation() throws Exception {
        Patience waiting = Patience.quiet(() -> {});
        EvaluationFiles files = new EvaluationFiles(new FileCache(objects, folder, 1, Clock.systemUTC()));
        List<ObjectEntry> artifact = List.of(object("artifact"));
        List<ObjectEntry> model = List.of(object("model"));
        RegisteredDataset text = new RegisteredDataset("text", DatasetFormat.TEXT, object("text"));
        EvaluationWork work = new EvaluationWork(
                new ArtifactManifest(
                        "bisup",
                        1,
                        UUID.randomUUID().toString(),
                        1,
                        "m",
                        Digests.of(model),
                        Presets.load().get("rtn-w4a4-g128"),
                        artifact,
                        List.of(),
                        Digests.of(artifact)),
                new RegisteredModel("m", Digests.of(model), "LlamaForCausalLM", 2, 1, "{}", model),
                List.of(),
                List.of(text));

        EvaluationFiles.Fetched fetched = files.fetch(work, waiting);
        Path there = files.fetchModel(work, waiting);

        assertThat(fetched.dataset("text").file().path()).hasContent("text");
        assertThat(fetched.subject().resolve("artifact")).exists();
        assertThat(there.resolve("model")).exists();
    }

    private ObjectEntry object(String name) {
        return objects.put(ObjectKeys.dataset(UUID.randomUUID(), name), name.getBytes(StandardCharsets.UTF_8));
    }
}
