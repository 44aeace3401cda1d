package io.bisup.systemtests.suite;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.JobState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * looks at the answers that one client reads of a job, one after the other. Versions, attempts, epochs and the number of
 * the last event never fall, a state comes only from one that leads to it, nothing changes without a version, no state
 * without an event, and what has ended stays.
 */
final class AnswerChecker {

    /**
     * What an answer says of a job.
     *
     * @param version of the row, from the ETag
     * @param attempt number of the current or last attempt
     * @param lastEvent number of its newest event
     */
    record Answer(JobState state, long version, int attempt, long lastEvent) {

        /** @throws NumberFormatException if the tag does not begin with a version */
        static Answer of(JsonNode job, String tag) {
            String version = tag.replaceAll("^(W/)?\"|(-late)?\"$", "");
            return new Answer(
                    JobState.valueOf(job.path("state").asText()),
                    Long.parseLong(version),
                    job.path("attempt").asInt(),
                    job.path("lastSequence").asLong());
        }
    }

    private final Map<String, Answer> answers = new HashMap<>();
    private final Map<String, List<Long>> epochs = new HashMap<>();

    /** What is wrong with an answer after those read before; empty when nothing is. */
    synchronized List<String> faults(String job, Answer answer) {
        Answer before = answers.put(job, answer);
        return before == null ? List.of() : faults(before, answer);
    }

    /** What is wrong with a list of the job's attempts after those read before; empty when nothing is. */
    synchronized List<String> faults(String job, JsonNode attempts) {
        List<Long> now = new ArrayList<>();
        attempts.forEach(attempt -> now.add(attempt.path("epoch").asLong()));
        List<Long> before = epochs.put(job, now);
        boolean kept = before == null || (before.size() <= now.size() && before.equals(now.subList(0, before.size())));
        return kept ? List.of() : List.of("the attempts' epochs are " + now + " after " + before);
    }

    /** Whether the answer tells of an attempt that the client has not read yet. */
    synchronized boolean tellsOfAnotherAttempt(String job, Answer answer) {
        @Nullable List<Long> read = epochs.get(job);
        return answer.attempt() > (read == null ? 0 : read.size());
    }

    private static List<String> faults(Answer before, Answer now) {
        List<String> faults = new ArrayList<>();
        require(faults, now.version() >= before.version(), "the version falls");
        require(faults, now.attempt() >= before.attempt(), "the attempt falls");
        require(faults, now.lastEvent() >= before.lastEvent(), "the last event falls");
        require(faults, now.version() != before.version() || now.equals(before), "the version stays");
        require(faults, now.lastEvent() != before.lastEvent() || now.state() == before.state(), "there is no event");
        require(faults, reachable(before.state()).contains(now.state()), "the state goes back");
        faults.replaceAll(fault -> fault + ": " + now + " after " + before);
        return faults;
    }

    /** The state and all that may follow it, at once or later. */
    private static Set<JobState> reachable(JobState state) {
        Set<JobState> found = EnumSet.of(state);
        while (true) {
            Set<JobState> more = EnumSet.copyOf(found);
            found.forEach(each -> more.addAll(each.successors()));
            if (more.equals(found)) {
                return found;
            }
            found = more;
        }
    }

    private static void require(List<String> faults, boolean holds, String fault) {
        if (!holds) {
            faults.add(fault);
        }
    }
}
