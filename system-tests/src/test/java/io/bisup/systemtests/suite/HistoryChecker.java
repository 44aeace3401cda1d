package io.bisup.systemtests.suite;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.JobState;
import java.util.ArrayList;
import java.util.List;

/**
 * looks at what a job's events and attempts say of its life. Sequences begin at 1 and have no gap, every state may
 * follow the one before, there is one terminal state and it is the last, no block is committed twice without having been
 * discarded, attempts and their epochs only grow.
 */
final class HistoryChecker {

    private final List<String> faults = new ArrayList<>();
    private JobState state = JobState.SUBMITTED;
    private int blocks;

    private HistoryChecker() {}

    /**
     * What is wrong with the history; empty when nothing is.
     *
     * @param events the job's events, from the first
     * @param attempts its attempts
     */
    static List<String> faults(JsonNode events, JsonNode attempts) {
        HistoryChecker checker = new HistoryChecker();
        long sequence = 0;
        for (JsonNode event : events) {
            checker.require(event.path("sequence").asLong() == ++sequence, "event " + sequence + " is missing");
            checker.event(event);
        }
        long epoch = 0;
        int number = 0;
        for (JsonNode attempt : attempts) {
            checker.require(attempt.path("number").asInt() == ++number, "attempt " + number + " is missing");
            checker.require(attempt.path("epoch").asLong() > epoch, "the epoch falls at attempt " + number);
            epoch = attempt.path("epoch").asLong();
        }
        return checker.faults;
    }

    private void event(JsonNode event) {
        JsonNode data = event.path("data");
        switch (event.path("type").asText()) {
            case "STATE_CHANGED" -> {
                // A retry begins with the blocks of the job that it retries.
                blocks += data.path("blocksTakenOver").asInt();
                move(JobState.valueOf(data.path("state").asText()));
            }
            case "BLOCK_COMMITTED" -> {
                require(data.path("block").asInt() == blocks, "block " + data.path("block") + " after " + blocks);
                blocks++;
            }
            case "CHECKPOINT_DISCARDED" -> blocks = data.path("from").asInt();
            case "CHANGED" ->
                require(state == JobState.QUEUED || state == JobState.PAUSED, "it is changed while it is " + state);
            case "PROGRESS", "EVALUATED", "ATTEMPT_LOST" ->
                require(!state.terminal() || state == JobState.FAILED, "something happens after " + state);
            default -> require(false, "unknown event " + event);
        }
    }

    private void move(JobState next) {
        boolean first = state == JobState.SUBMITTED && next == JobState.QUEUED;
        require(first || state.mayBecome(next), next + " after " + state);
        state = next;
    }

    private void require(boolean holds, String fault) {
        if (!holds) {
            faults.add(fault);
        }
    }
}
