package io.bisup.api.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.Json;
import io.bisup.contract.PropagationResult;
import io.bisup.contract.PropagationScore;
import io.bisup.contract.Score;
import io.bisup.platform.object.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The error maps of evaluations, from the object store. */
@ApplicationScoped
public class ErrorMaps {

    private final ObjectStore objects;

    ErrorMaps(ObjectStore objects) {
        this.objects = objects;
    }

    /**
     * The first error map among scores.
     *
     * @throws ProblemException when there is none
     */
    public PropagationResult of(List<Score> scores) {
        return scores.stream()
                .filter(PropagationScore.class::isInstance)
                .map(PropagationScore.class::cast)
                .findFirst()
                .map(this::read)
                .orElseThrow(() -> new ProblemException(
                        ProblemKind.NOT_FOUND,
                        "there is no error map; it is made where an evaluation asks for it with {\"dataset\": ..., "
                                + "\"propagation\": 8, \"window\": ...}, once that has succeeded"));
    }

    private PropagationResult read(PropagationScore score) {
        try {
            String text = new String(objects.get(score.map()), StandardCharsets.UTF_8);
            return Json.mapper().readValue(text, PropagationResult.class);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored error map cannot be read", e);
        }
    }
}
