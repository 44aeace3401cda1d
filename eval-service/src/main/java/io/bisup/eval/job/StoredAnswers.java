package io.bisup.eval.job;

import com.fasterxml.jackson.databind.ObjectReader;
import io.bisup.contract.Digests;
import io.bisup.contract.Json;
import io.bisup.data.task.Request;
import io.bisup.measure.task.Answers;
import io.bisup.measure.task.Scored;
import io.bisup.platform.object.ObjectKey;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A model's answers to the requests of a task, in the object store in parts that are written as they are found. An evaluation that
 * was stopped, or one of more documents, scores only what no part holds. Two that write at once keep both their parts.
 */
final class StoredAnswers implements Answers {

    private static final Duration BETWEEN_PARTS = Duration.ofSeconds(30);
    private static final ObjectReader LINE = Json.mapper().readerFor(Line.class);

    private final ObjectStore objects;
    private final String digest;
    private final Patience patience;
    private final Clock clock;
    private final Map<String, Scored> known = new HashMap<>();
    private final List<Line> unwritten = new ArrayList<>();
    private int parts;
    private Instant next;

    /** @param req SHA-256 of context, NUL and continuation */
    private record Line(String req, double ll, boolean greedy) {}

    /**
     * Reads what is known.
     *
     * @param key all that an answer depends on but its request, as JSON
     */
    StoredAnswers(ObjectStore objects, Object key, Patience patience, Clock clock) throws IOException {
        this.objects = objects;
        this.digest = Digests.sha256(Json.write(key));
        this.patience = patience;
        this.clock = clock;
        this.next = clock.instant().plus(BETWEEN_PARTS);
        for (Optional<byte[]> part = part(); part.isPresent(); part = part()) {
            for (String line :
                    new String(part.get(), StandardCharsets.UTF_8).lines().toList()) {
                Line answer = LINE.readValue(line);
                known.put(answer.req(), new Scored(answer.ll(), answer.greedy()));
            }
            parts++;
        }
    }

    private Optional<byte[]> part() throws IOException {
        return patience.ask(() -> objects.read(place()));
    }

    private ObjectKey place() {
        return ObjectKeys.responses(digest, String.format(Locale.ROOT, "answers-%05d.jsonl", parts));
    }

    @Override
    public Optional<Scored> of(Request request) {
        // Nothing is hashed where nothing is known.
        return known.isEmpty() ? Optional.empty() : Optional.ofNullable(known.get(request.sha256()));
    }

    @Override
    public void add(List<Answer> found) {
        for (Answer answer : found) {
            Scored scored = answer.scored();
            unwritten.add(new Line(answer.request().sha256(), scored.logLikelihood(), scored.greedy()));
        }
        if (!clock.instant().isBefore(next)) {
            write();
        }
    }

    /** Writes what no part holds yet. */
    void write() {
        if (unwritten.isEmpty()) {
            return;
        }
        byte[] lines = unwritten.stream()
                .map(Json::write)
                .collect(Collectors.joining("\n", "", "\n"))
                .getBytes(StandardCharsets.UTF_8);
        try {
            while (!patience.ask(() -> objects.putIfAbsent(place(), lines))) {
                parts++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        parts++;
        unwritten.clear();
        next = clock.instant().plus(BETWEEN_PARTS);
    }
}
