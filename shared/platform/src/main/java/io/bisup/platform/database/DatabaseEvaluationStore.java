package io.bisup.platform.database;

import io.bisup.contract.Digests;
import io.bisup.contract.EvaluationProgress;
import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.Score;
import io.bisup.platform.job.BaselineKey;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationRecord;
import io.bisup.platform.job.EvaluationStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The evaluation store. */
@ApplicationScoped
class DatabaseEvaluationStore implements EvaluationStore {

    private final Evaluations evaluations;
    private final EntityManager entities;

    DatabaseEvaluationStore(Evaluations evaluations, EntityManager entities) {
        this.evaluations = evaluations;
        this.entities = entities;
    }

    @Override
    @Transactional
    public Optional<EvaluationRecord> find(String evaluationId) {
        return Rows.parse(evaluationId)
                .map(id -> entities.find(EvaluationEntity.class, id))
                .map(EvaluationEntity::toRecord);
    }

    @Override
    @Transactional
    public List<EvaluationRecord> ofJob(String jobId) {
        return Rows.parse(jobId)
                .map(id -> entities.createQuery(
                                "from EvaluationEntity e where e.jobId = :id order by e.id", EvaluationEntity.class)
                        .setParameter("id", id)
                        .getResultStream()
                        .map(EvaluationEntity::toRecord)
                        .toList())
                .orElse(List.of());
    }

    @Override
    public List<String> due(int most) {
        return evaluations.due(most);
    }

    @Override
    public Optional<EvaluationClaim> claim(String evaluationId, String workerId, Duration lease) {
        return evaluations.claim(evaluationId, workerId, lease);
    }

    @Override
    @Transactional
    public Optional<String> oldestWaiting(Duration waited) {
        return Waiting.oldest(entities, "evaluation", waited);
    }

    @Override
    public void heartbeat(EvaluationClaim claim) {
        evaluations.heartbeat(claim);
    }

    @Override
    public void progress(EvaluationClaim claim, EvaluationProgress progress) {
        evaluations.progress(claim, progress);
    }

    @Override
    public void complete(EvaluationClaim claim, List<? extends Score> scores) {
        evaluations.complete(claim, scores);
    }

    @Override
    public EvaluationState fail(EvaluationClaim claim, Failure failure) {
        return evaluations.fail(claim, failure);
    }

    @Override
    public void lost(String evaluationId, long epoch) {
        evaluations.lost(evaluationId, epoch);
    }

    @Override
    public void giveBack(EvaluationClaim claim) {
        evaluations.giveBack(claim);
    }

    @Override
    @Transactional
    public Optional<PerplexityResult> baseline(BaselineKey key) {
        return Optional.ofNullable(entities.find(BaselineEntity.class, digest(key)))
                .map(b -> Documents.read(b.result, PerplexityResult.class));
    }

    @Override
    @Transactional
    public void keepBaseline(BaselineKey key, PerplexityResult result) {
        entities.createNativeQuery("insert into baseline (key, protocol, result) values (:key, :protocol, :result)"
                        + " on conflict (key) do nothing")
                .setParameter("key", digest(key))
                .setParameter("protocol", Documents.write(key))
                .setParameter("result", Documents.write(result))
                .executeUpdate();
    }

    private static String digest(BaselineKey key) {
        return Digests.sha256(Documents.write(key));
    }
}
