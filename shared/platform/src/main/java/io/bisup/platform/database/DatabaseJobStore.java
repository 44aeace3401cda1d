package io.bisup.platform.database;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.BlockReport;
import io.bisup.contract.Failure;
import io.bisup.contract.JobState;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Progress;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.platform.job.Attempt;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.CommittedBlock;
import io.bisup.platform.job.JobQuery;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.NewJob;
import io.bisup.platform.job.Page;
import io.bisup.platform.job.QueueContext;
import io.bisup.platform.job.Signal;
import io.bisup.platform.job.Submission;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The job store: one class per kind of caller does the work. */
@ApplicationScoped
class DatabaseJobStore implements JobStore {

    private final Submissions submissions;
    private final JobReads reads;
    private final Claims claims;
    private final Attempts attempts;
    private final Publications publications;
    private final JobLifeCommands commands;
    private final Sweeps sweeps;

    DatabaseJobStore(
            Submissions submissions,
            JobReads reads,
            Claims claims,
            Attempts attempts,
            Publications publications,
            JobLifeCommands commands,
            Sweeps sweeps) {
        this.submissions = submissions;
        this.reads = reads;
        this.claims = claims;
        this.attempts = attempts;
        this.publications = publications;
        this.commands = commands;
        this.sweeps = sweeps;
    }

    @Override
    public Submission submit(NewJob job) {
        return submissions.submit(job);
    }

    @Override
    public Optional<JobRecord> find(String jobId) {
        return reads.find(jobId);
    }

    @Override
    public Page<JobRecord> list(JobQuery query) {
        return reads.list(query);
    }

    @Override
    public List<BlockReport> blocks(String jobId) {
        return reads.committedBlocks(jobId).stream().map(CommittedBlock::report).toList();
    }

    @Override
    public List<Attempt> attempts(String jobId) {
        return reads.attempts(jobId);
    }

    @Override
    public List<String> uncollected(int limit) {
        return sweeps.uncollected(limit);
    }

    @Override
    public List<ArtifactManifest> artifactsOfRetries(String jobId) {
        return reads.artifactsOfRetries(jobId);
    }

    @Override
    public void collected(String jobId) {
        sweeps.collected(jobId);
    }

    @Override
    public Optional<QueueContext> queueContext(String jobId) {
        return reads.queueContext(jobId);
    }

    @Override
    public Optional<ArtifactManifest> artifact(String jobId) {
        return reads.artifact(jobId);
    }

    @Override
    public Optional<Claim> claim(String jobId, String workerId, Duration lease) {
        return claims.claim(jobId, workerId, lease);
    }

    @Override
    public Optional<Claim> claimNext(String workerId, Duration lease) {
        return claims.claimNext(workerId, lease);
    }

    @Override
    public Optional<String> oldestWaiting(Duration waited) {
        return reads.oldestWaiting(waited);
    }

    @Override
    public Signal heartbeat(Claim claim, Progress progress) {
        return attempts.heartbeat(claim, progress);
    }

    @Override
    public void commitBlock(Claim claim, BlockReport report, List<ObjectEntry> objects) {
        attempts.commitBlock(claim, report, objects);
    }

    @Override
    public List<CommittedBlock> committedBlocks(String jobId) {
        return reads.committedBlocks(jobId);
    }

    @Override
    public void discardBlocks(Claim claim, int from, String reason) {
        attempts.discardBlocks(claim, from, reason);
    }

    @Override
    public void keepLog(Claim claim, String tail) {
        attempts.keepLog(claim, tail);
    }

    @Override
    public JobState publish(Claim claim, ArtifactManifest manifest) {
        return publications.publish(claim, manifest);
    }

    @Override
    public JobState fail(Claim claim, Failure failure) {
        return attempts.fail(claim, failure);
    }

    @Override
    public void lost(String jobId, long epoch) {
        attempts.lost(jobId, epoch);
    }

    @Override
    public void giveBack(Claim claim) {
        attempts.giveBack(claim);
    }

    @Override
    public void acknowledgeCancel(Claim claim) {
        attempts.acknowledgeCancel(claim);
    }

    @Override
    public void acknowledgePause(Claim claim) {
        attempts.acknowledgePause(claim);
    }

    @Override
    public JobRecord requestCancel(String jobId) {
        return commands.cancel(jobId);
    }

    @Override
    public JobRecord requestPause(String jobId) {
        return commands.pause(jobId);
    }

    @Override
    public JobRecord change(String jobId, long version, QuantizationJobSpec spec) {
        return commands.change(jobId, version, spec);
    }

    @Override
    public JobRecord resume(String jobId) {
        return commands.resume(jobId);
    }
}
