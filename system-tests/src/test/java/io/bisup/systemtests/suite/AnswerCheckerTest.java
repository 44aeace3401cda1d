package io.bisup.systemtests.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bisup.contract.JobState;
import io.bisup.contract.Json;
import io.bisup.systemtests.suite.AnswerChecker.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checker finds answers that go back, and passes over what may happen between two looks. */
class AnswerCheckerTest {

    private static final String JOB = "job";

    private final AnswerChecker checker = new AnswerChecker();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "QUEUED 1 0 1, QUEUED 1 0 1, RUNNING 2 1 2, RUNNING 5 1 4, EVALUATING 9 1 7, SUCCEEDED 12 1 9",
                "RUNNING 3 1 2, QUEUED 5 1 5, RUNNING 6 2 6, PAUSED 8 2 8",
                "QUEUED 1 0 1, SUCCEEDED 30 2 40, SUCCEEDED 31 2 40"
            })
    void answersThatGoOnHaveNoFault(String answers) {
        assertThat(faults(answers)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "QUEUED 4 1 3, RUNNING 3 2 4|the version falls",
                "RUNNING 4 2 3, QUEUED 5 1 4|the attempt falls",
                "RUNNING 4 1 5, RUNNING 5 1 4|the last event falls",
                "RUNNING 4 1 5, RUNNING 4 1 6|the version stays",
                "QUEUED 4 1 5, RUNNING 5 2 5|there is no event",
                "EVALUATING 4 1 5, RUNNING 5 1 6|the state goes back",
                "CANCELLED 4 1 5, FAILED 5 1 6|the state goes back",
                "SUCCEEDED 4 1 5, QUEUED 5 1 6|the state goes back"
            })
    void anAnswerThatGoesBackIsFound(String answers, String fault) {
        assertThat(faults(answers)).singleElement().asString().startsWith(fault + ": ");
    }

    @ParameterizedTest
    @CsvSource({"3 5, 3 5 6, true", "3 5, 3 6, false", "3 5, 3, false", "3 5, 4 5, false"})
    void attemptsKeepTheirEpochs(String first, String second, boolean kept) throws JsonProcessingException {
        assertThat(attempts(first)).isEmpty();
        assertThat(attempts(second).isEmpty()).isEqualTo(kept);
    }

    @Test
    void anotherAttemptIsOneThatWasNotReadYet() throws JsonProcessingException {
        assertThat(checker.tellsOfAnotherAttempt(JOB, answer("QUEUED 1 0 1"))).isFalse();
        assertThat(checker.tellsOfAnotherAttempt(JOB, answer("RUNNING 2 1 2"))).isTrue();
        attempts("3");
        assertThat(checker.tellsOfAnotherAttempt(JOB, answer("RUNNING 2 1 2"))).isFalse();
        assertThat(checker.tellsOfAnotherAttempt(JOB, answer("RUNNING 5 2 5"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"17\"", "\"17-late\"", "W/\"17\""})
    void theTagHoldsTheVersion(String tag) throws JsonProcessingException {
        String job = "{\"state\":\"RUNNING\",\"attempt\":2,\"lastSequence\":9}";
        assertThat(Answer.of(Json.mapper().readTree(job), tag)).isEqualTo(new Answer(JobState.RUNNING, 17, 2, 9));
    }

    private List<String> faults(String answers) {
        return List.of(answers.split(", ", -1)).stream()
                .flatMap(text -> checker.faults(JOB, answer(text)).stream())
                .toList();
    }

    private static Answer answer(String text) {
        String[] parts = text.split(" ", -1);
        return new Answer(
                JobState.valueOf(parts[0]),
                Long.parseLong(parts[1]),
                Integer.parseInt(parts[2]),
                Long.parseLong(parts[3]));
    }

    private List<String> attempts(String epochs) throws JsonProcessingException {
        String list = epochs.replaceAll("(\\d+) ?", "{\"epoch\":$1},").replaceAll(",$", "");
        return checker.faults(JOB, Json.mapper().readTree("[" + list + "]"));
    }
}
