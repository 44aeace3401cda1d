package io.bisup.measure.task;

import io.bisup.data.task.Request;
import java.util.List;
import java.util.Optional;

/** What is known of a model's answers to requests under one protocol, and where new ones go. */
public interface Answers {

    /** Nothing is known, and nothing is kept. */
    Answers NONE = new Answers() {
        @Override
        public Optional<Scored> of(Request request) {
            return Optional.empty();
        }

        @Override
        public void add(List<Answer> found) {
            // As the name says.
        }
    };

    /** A request and how well its continuation was predicted. */
    record Answer(Request request, Scored scored) {}

    /** The answer to a request, where it is known. */
    Optional<Scored> of(Request request);

    /** Takes new answers, of whole documents; called between waves of documents, on the measuring thread. */
    void add(List<Answer> found);
}
