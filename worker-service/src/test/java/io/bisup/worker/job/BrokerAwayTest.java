package io.bisup.worker.job;

import static io.bisup.worker.job.Inputs.in;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.BrokerApart;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Kafka only rings: a job under way ends without it, and one that is submitted meanwhile is not lost with its ring. */
@QuarkusTest
@QuarkusTestResource(value = BrokerApart.class, restrictToAnnotatedClass = true)
class BrokerAwayTest {

    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("bisup.away", 15));

    @Inject
    JobStore jobs;

    @Inject
    Inputs inputs;

    BrokerApart.Broker broker;

    @Test
    void aBrokerThatGoesInTheMiddleOfAJobCostsNoAttempt() throws InterruptedException {
        String underWay = inputs.submit(inputs.model());
        inputs.await(underWay, e -> e.type() == JobEvent.Type.BLOCK_COMMITTED);
        long left = System.nanoTime();
        broker.leave();
        String meanwhile = inputs.submit(inputs.model());
        inputs.await(underWay, in(JobState.SUCCEEDED));
        LockSupport.parkNanos(AWAY.toNanos() - (System.nanoTime() - left));
        broker.comeBack();
        inputs.await(meanwhile, in(JobState.SUCCEEDED));
        String later = inputs.submit(inputs.model());
        inputs.await(later, in(JobState.SUCCEEDED));
        for (String job : List.of(underWay, meanwhile, later)) {
            assertThat(jobs.attempts(job)).as(job).extracting("outcome").containsExactly("published");
        }
    }
}
