package io.bisup.eval.job;

import io.bisup.contract.Json;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.PropagationResult;
import io.bisup.contract.PropagationScore;
import io.bisup.contract.PropagationSpec;
import io.bisup.data.TextDataset;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Propagation;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;

/** Error maps of artifacts, kept in the object store. */
final class ErrorMaps {

    private static final String MAP = "error-map.json";
    private static final String SCORE = "error-map-score.json";

    private final ObjectStore objects;
    private final KeptResults kept;
    private final Clock clock;

    ErrorMaps(ObjectStore objects, Clock clock) {
        this.objects = objects;
        this.kept = new KeptResults(objects);
        this.clock = clock;
    }

    /** The error map of an artifact, found or measured. */
    PropagationScore of(PropagationSpec spec, EvaluationFiles.Dataset dataset, ModelPair models, Step step)
            throws IOException {
        PairKey key = PairKey.of(spec, dataset, models);
        return kept.of(key, SCORE, PropagationScore.class, step.patience(), digest -> {
            PropagationResult result = measure(
                    spec, dataset, models.model().get(), models.artifact().get(), step);
            byte[] bytes = Json.write(result).getBytes(StandardCharsets.UTF_8);
            ObjectEntry map = step.patience().ask(() -> objects.put(ObjectKeys.responses(digest, MAP), bytes));
            return PropagationScore.of(result, map);
        });
    }

    private PropagationResult measure(
            PropagationSpec spec, EvaluationFiles.Dataset dataset, OpenModel model, OpenModel artifact, Step step) {
        TextDataset text = dataset.text();
        try (Tokenizer tokenizer = model.openTokenizer()) {
            return new Propagation(model.model(), artifact.model(), model.prefixIds(), tokenizer, clock)
                    .measure(
                            text,
                            spec.window(),
                            spec.windows(),
                            (done, of) -> step.at(spec.dataset() + ", propagation", done, of));
        }
    }
}
