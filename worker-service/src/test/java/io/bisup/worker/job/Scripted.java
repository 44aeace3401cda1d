package io.bisup.worker.job;

import io.bisup.contract.JobState;
import io.bisup.contract.Measurement;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.database.Given;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EvaluationRecord;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Patience;
import io.bisup.worker.attempt.EngineIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A job from its submission to its end with everything that talks to the stores, and nothing that computes. */
record Scripted(JobStore jobs, EvaluationStore evaluations, ObjectStore objects) {

    static final ResumeIdentity IDENTITY = new ResumeIdentity(
            "2", new EngineIdentity("c0de", "2.7", "cpu", "amd64-avx2", "2", "fused"), "m", "r", "d", "none");

    private static final Patience PATIENCE = Patience.quiet(() -> {});

    /** Submits under the key, works and measures; where it was done before, it is found done. */
    String run(String key, Path folder) throws IOException {
        String id = jobs.submit(Given.job("{}", key)).job().id();
        Optional<Claim> claim = jobs.claim(id, "w1", Duration.ZERO);
        if (claim.isPresent()) {
            attempt(claim.get(), folder);
        }
        evaluate(id);
        return id;
    }

    JobState attempt(Claim claim, Path folder) throws IOException {
        Publication publication = new Publication(jobs, objects, claim, PATIENCE);
        Optional<JobState> published = publication.complete();
        if (published.isPresent()) {
            return published.get();
        }
        Checkpoints checkpoints = checkpoints(claim);
        int finished = restore(checkpoints, folder).size();
        for (int block = finished; block < Given.BLOCKS; block++) {
            checkpoints.commit(shard(folder, block), Given.block(block), IDENTITY);
        }
        List<ObjectEntry> entries = new ArrayList<>(checkpoints.shards());
        entries.add(checkpoints.upload(Files.writeString(folder.resolve("config.json"), "{}")));
        return publication.publish(entries, List.of());
    }

    Checkpoints checkpoints(Claim claim) {
        return new Checkpoints(jobs, objects, claim, PATIENCE);
    }

    static List<String> restore(Checkpoints checkpoints, Path folder) throws IOException {
        return checkpoints.restore(folder, IDENTITY, new AttemptProgress(Given.BLOCKS));
    }

    /** A block's bytes depend on the block alone. */
    static Path shard(Path folder, int block) throws IOException {
        return Files.writeString(folder.resolve(name(block)), "the weights of block " + block + " ".repeat(1_000));
    }

    static String name(int block) {
        return "block-0000" + block + ".safetensors";
    }

    private void evaluate(String id) {
        for (EvaluationRecord evaluation : evaluations.ofJob(id)) {
            evaluations
                    .claim(evaluation.id(), "e1", Duration.ZERO)
                    .ifPresent(claim -> evaluations.complete(
                            claim, List.of(new Measurement(Given.perplexity(11), Given.perplexity(10)))));
        }
    }
}
