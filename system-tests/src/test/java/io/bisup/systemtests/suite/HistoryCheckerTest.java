package io.bisup.systemtests.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checker finds what it is there for. */
class HistoryCheckerTest {

    private static final String GOOD = "q1 r2 b3:0 q4 r5 b6:1 e7 s8";

    @Test
    void aGoodHistoryHasNoFault() throws JsonProcessingException {
        assertThat(faults(GOOD, "1:1 2:2")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "q1 r2 b3:0 b5:1 s6, 1:1, event 4 is missing",
        "q1 r2 s3 f4, 1:1, FAILED after SUCCEEDED",
        "q1 r2 s3 q4, 1:1, QUEUED after SUCCEEDED",
        "q1 r2 b3:0 b4:0 s5, 1:1, block 0 after 1",
        "q1 r2 s3, 1:2 2:1, the epoch falls at attempt 2",
        "q1 r2 s3, 1:1 3:2, attempt 2 is missing"
    })
    void aBrokenHistoryIsFound(String events, String attempts, String fault) throws JsonProcessingException {
        assertThat(faults(events, attempts)).contains(fault);
    }

    private static java.util.List<String> faults(String events, String attempts) throws JsonProcessingException {
        StringBuilder json = new StringBuilder();
        for (String event : events.split(" ", -1)) {
            json.append(json.isEmpty() ? "" : ",").append(event(event));
        }
        StringBuilder tries = new StringBuilder();
        for (String attempt : attempts.split(" ", -1)) {
            String[] parts = attempt.split(":", -1);
            tries.append(tries.isEmpty() ? "" : ",").append("{\"number\":" + parts[0] + ",\"epoch\":" + parts[1] + "}");
        }
        return HistoryChecker.faults(array(json), array(tries));
    }

    private static JsonNode array(StringBuilder items) throws JsonProcessingException {
        return Json.mapper().readTree("[" + items + "]");
    }

    private static String event(String text) {
        String[] parts = text.substring(1).split(":", -1);
        String head = "{\"sequence\":" + parts[0] + ",\"type\":";
        String state = switch (text.charAt(0)) {
            case 'q' -> "QUEUED";
            case 'r' -> "RUNNING";
            case 'e' -> "EVALUATING";
            case 's' -> "SUCCEEDED";
            case 'f' -> "FAILED";
            default -> "";
        };
        return state.isEmpty()
                ? head + "\"BLOCK_COMMITTED\",\"data\":{\"block\":" + parts[1] + "}}"
                : head + "\"STATE_CHANGED\",\"data\":{\"state\":\"" + state + "\"}}";
    }
}
