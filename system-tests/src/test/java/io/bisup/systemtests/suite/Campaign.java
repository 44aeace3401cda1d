package io.bisup.systemtests.suite;

import static io.bisup.systemtests.suite.Nemesis.FREEZE_API;
import static io.bisup.systemtests.suite.Nemesis.FREEZE_ATTEMPT;
import static io.bisup.systemtests.suite.Nemesis.FREEZE_EVAL;
import static io.bisup.systemtests.suite.Nemesis.FREEZE_POSTGRES;
import static io.bisup.systemtests.suite.Nemesis.FREEZE_STORES;
import static io.bisup.systemtests.suite.Nemesis.FREEZE_WORKER;
import static io.bisup.systemtests.suite.Nemesis.KILL_API;
import static io.bisup.systemtests.suite.Nemesis.KILL_ATTEMPT;
import static io.bisup.systemtests.suite.Nemesis.KILL_EVAL;
import static io.bisup.systemtests.suite.Nemesis.KILL_POSTGRES;
import static io.bisup.systemtests.suite.Nemesis.KILL_STORES;
import static io.bisup.systemtests.suite.Nemesis.KILL_WORKER;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Blows against a suite in an order that strikes each service four times as often as each store. What stands in one round
 * strikes at the same moment. A cycle of ten rounds kills the worker, api-service, eval-service and an attempt four times each,
 * the stores and PostgreSQL once each; it freezes the worker twice, and api-service, eval-service, an attempt, the stores and
 * PostgreSQL once each. 150 rounds are 60 kills of each service and of attempts, 15 of each store, and 15 freezes of each (30
 * of the worker).
 */
final class Campaign {

    private static final List<List<Nemesis>> CYCLE = List.of(
            List.of(KILL_WORKER, KILL_API, KILL_EVAL),
            List.of(KILL_ATTEMPT, KILL_POSTGRES, KILL_EVAL),
            List.of(FREEZE_WORKER, KILL_API, KILL_EVAL),
            List.of(KILL_ATTEMPT, KILL_STORES, KILL_API),
            List.of(KILL_WORKER, FREEZE_API),
            // What the supervisor says of the dead attempt waits until the database goes on.
            List.of(KILL_ATTEMPT, FREEZE_POSTGRES),
            List.of(KILL_WORKER, FREEZE_STORES),
            // The supervisor that wakes has lost its lease and its attempt.
            List.of(FREEZE_WORKER, KILL_ATTEMPT, KILL_EVAL),
            List.of(KILL_WORKER, KILL_API),
            // Nothing is lost: the supervisor keeps the lease of an attempt that stands still.
            List.of(FREEZE_ATTEMPT, FREEZE_EVAL));

    private final RunningSuite suite;
    private final Map<Nemesis, Integer> struck = new EnumMap<>(Nemesis.class);

    Campaign(RunningSuite suite) {
        this.suite = suite;
    }

    /** Strikes what round {@code number}, from 0, holds; returns when every blow has fallen and every frozen process runs. */
    void strike(int number) throws InterruptedException, ExecutionException {
        List<Nemesis> round = CYCLE.get(number % CYCLE.size());
        List<Callable<Boolean>> blows = new ArrayList<>();
        round.forEach(nemesis -> blows.add(() -> nemesis.strike(suite)));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> hits = threads.invokeAll(blows);
            for (int i = 0; i < hits.size(); i++) {
                struck.merge(round.get(i), hits.get(i).get() ? 1 : 0, Integer::sum);
            }
        }
    }

    /** What that many rounds, from the first, hold. */
    static Map<Nemesis, Integer> planned(int rounds) {
        Map<Nemesis, Integer> blows = new EnumMap<>(Nemesis.class);
        for (int number = 0; number < rounds; number++) {
            CYCLE.get(number % CYCLE.size()).forEach(nemesis -> blows.merge(nemesis, 1, Integer::sum));
        }
        return blows;
    }

    /** How often each process was there to be struck. */
    Map<Nemesis, Integer> struck() {
        return struck;
    }
}
