package io.bisup.api.testing;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.BlockReport;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Digests;
import io.bisup.contract.DivergenceScore;
import io.bisup.contract.EvaluationProgress;
import io.bisup.contract.ExportedBytes;
import io.bisup.contract.Failure;
import io.bisup.contract.Json;
import io.bisup.contract.Measurement;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.Phase;
import io.bisup.contract.Progress;
import io.bisup.contract.PropagationResult;
import io.bisup.contract.PropagationScore;
import io.bisup.contract.Score;
import io.bisup.contract.TaskScore;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.ExportClaim;
import io.bisup.platform.job.ExportStore;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** Plays the other services against the real stores: writes what a worker and an evaluator write. */
@ApplicationScoped
public class Worker {

    private static final Duration LEASE = Duration.ofSeconds(60);

    private final JobStore jobs;
    private final EvaluationStore evaluations;
    private final ExportStore exports;
    private final ObjectStore objects;

    Worker(JobStore jobs, EvaluationStore evaluations, ExportStore exports, ObjectStore objects) {
        this.exports = exports;
        this.jobs = jobs;
        this.evaluations = evaluations;
        this.objects = objects;
    }

    public Claim claim(String jobId) {
        return jobs.claim(jobId, "worker-1", LEASE).orElseThrow();
    }

    public Claim claim(String jobId, Duration lease) {
        return jobs.claim(jobId, "worker-1", lease).orElseThrow();
    }

    public void report(Claim claim, Phase phase, int blocksDone) {
        double left = 4.5 * (TinyModel.LAYERS - blocksDone);
        jobs.heartbeat(claim, new Progress(phase, blocksDone, TinyModel.LAYERS, 4.5, left, null));
    }

    public void commit(Claim claim, int block) {
        double loss = 2 * Math.exp(1.8 * block);
        jobs.commitBlock(
                claim,
                new BlockReport(
                        block,
                        loss,
                        0.4 * loss,
                        1.05 * loss,
                        0.5 * loss,
                        2e-3 * Math.exp(0.5 * block),
                        4.5,
                        512L << 20,
                        claim.attempt(),
                        block == 1 ? List.of("reverted to epoch 3 of 5") : List.of()),
                List.of());
        report(claim, Phase.BLOCKS, block + 1);
    }

    public ArtifactManifest publish(Claim claim) {
        List<ObjectEntry> files =
                List.of(file(claim, "config.json", "{}"), file(claim, "model-00001.safetensors", "weights"));
        ArtifactManifest manifest = new ArtifactManifest(
                "bisup",
                1,
                claim.jobId(),
                claim.attempt(),
                claim.work().model().name(),
                claim.work().model().digest(),
                claim.work().recipe(),
                files,
                List.of(),
                Digests.of(files));
        jobs.publish(claim, manifest);
        return manifest;
    }

    public void fail(Claim claim, Failure failure) {
        jobs.fail(claim, failure);
    }

    /** The export that is due next is made. */
    public void export() {
        ExportClaim claim = exports.claimNext("worker-1", LEASE).orElseThrow();
        exports.heartbeat(claim, new ExportedBytes(1, 4));
        String job = claim.artifact().jobId();
        List<ObjectEntry> files = Stream.of("base/config.json", "model.safetensors")
                .map(name -> objects.put(
                                ObjectKeys.export(job, claim.exportId(), claim.attempt(), name),
                                name.getBytes(StandardCharsets.UTF_8))
                        .named(name))
                .toList();
        exports.complete(claim, files);
    }

    /** The evaluation is begun, tells where it is, and goes back. */
    public void measures(String jobId, String what, int done, int of) {
        String id = evaluations.ofJob(jobId).getFirst().id();
        var claim = evaluations.claim(id, "eval-1", LEASE).orElseThrow();
        evaluations.progress(claim, new EvaluationProgress(what, done, of, null));
        evaluations.giveBack(claim);
    }

    public void evaluate(String jobId, double quantized, double baseline) {
        evaluate(jobId, List.of(new Measurement(perplexity(quantized), perplexity(baseline))));
    }

    /** With a perplexity and a task, whose documents are right or wrong: one digit each, 1 or 0. */
    public void evaluateWithTask(String jobId, double perplexity, String right, String baselineRight) {
        evaluate(
                jobId,
                List.of(new Measurement(perplexity(perplexity), perplexity(10)), task(jobId, right, baselineRight)));
    }

    /** With a task and a divergence, and no perplexity. */
    public void evaluateWithDivergence(String jobId, double kl, String right, String baselineRight) {
        evaluate(
                jobId,
                List.of(task(jobId, right, baselineRight), new DivergenceScore(DivergenceFixture.of("wiki", kl))));
    }

    private TaskScore task(String jobId, String right, String baselineRight) {
        return new TaskScore(
                TaskSamples.result(right),
                TaskSamples.result(baselineRight),
                TaskSamples.difference(right, baselineRight),
                samples(jobId, "ours", right),
                samples(jobId, "theirs", baselineRight));
    }

    private ObjectEntry samples(String jobId, String whose, String right) {
        return objects.put(
                ObjectKeys.responses(Digests.sha256(jobId + whose), "samples.jsonl"),
                TaskSamples.lines(right).getBytes(StandardCharsets.UTF_8));
    }

    private void evaluate(String jobId, List<Score> scores) {
        String id = evaluations.ofJob(jobId).getFirst().id();
        evaluations.complete(evaluations.claim(id, "eval-1", LEASE).orElseThrow(), scores);
    }

    /** With an error map, where the job asked for one after its perplexity. */
    public void evaluateWithMap(String jobId, double quantized, double baseline) {
        PropagationResult result = ErrorMapFixture.of(TinyModel.LAYERS);
        ObjectEntry map = objects.put(
                ObjectKeys.responses(Digests.sha256(jobId), "error-map.json"),
                Json.write(result).getBytes(StandardCharsets.UTF_8));
        evaluate(
                jobId,
                List.of(
                        new Measurement(perplexity(quantized), perplexity(baseline)),
                        PropagationScore.of(result, map)));
    }

    /** The whole way of a job. */
    public void run(String jobId) {
        Claim claim = claim(jobId);
        report(claim, Phase.FETCH, 0);
        for (int block = 0; block < TinyModel.LAYERS; block++) {
            commit(claim, block);
        }
        publish(claim);
        evaluate(jobId, 13.412, 11.807);
    }

    private ObjectEntry file(Claim claim, String name, String text) {
        return objects.put(
                ObjectKeys.attempt(claim.jobId(), claim.attempt(), name), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Every window has the mean's loss, but for the last two, which are as far above it as below. */
    private static PerplexityResult perplexity(double value) {
        List<Double> losses = new ArrayList<>(Collections.nCopies(68, Math.log(value)));
        losses.set(66, Math.log(value) + value / 100);
        losses.set(67, Math.log(value) - value / 100);
        return new PerplexityResult(
                "wiki",
                Digests.sha256("wiki"),
                DatasetFormat.TEXT,
                PerplexitySpec.Protocol.GPTQ,
                64,
                4_352,
                68,
                "tokenizer",
                "none",
                "float32",
                "0.1.0",
                value,
                3.25,
                losses);
    }
}
