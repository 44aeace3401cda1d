package io.bisup.data.task;

import io.bisup.data.PythonText;
import java.util.List;

/** What one row asks. */
public sealed interface Prompt {

    /** The space between a context and a choice. */
    String DELIMITER = " ";

    /** Index of the right choice. */
    int gold();

    /** The requests, one per choice. */
    List<Request> requests();

    /** Code points of each choice. */
    List<Integer> lengths();

    /** The document of this prompt at a place of the data set. */
    default TaskDocument document(int id) {
        return new TaskDocument(id, requests(), lengths(), gold());
    }

    /** One context and several choices after it. */
    record Choices(String context, List<String> choices, int gold) implements Prompt {
        public Choices {
            choices = List.copyOf(choices);
        }

        @Override
        public List<Request> requests() {
            return choices.stream()
                    .map(choice -> new Request(context, DELIMITER + choice))
                    .toList();
        }

        @Override
        public List<Integer> lengths() {
            return choices.stream().map(PythonText::length).toList();
        }

        /** The same behind a text. */
        Choices behind(String text) {
            return new Choices(text + context, choices, gold);
        }

        /** Context and right answer, as an example for others. */
        String solved() {
            return context + DELIMITER + choices.get(gold);
        }
    }

    /** Several contexts and one continuation of each, with its space in front. */
    record Contexts(List<String> contexts, String continuation, int gold) implements Prompt {
        public Contexts {
            contexts = List.copyOf(contexts);
        }

        @Override
        public List<Request> requests() {
            return contexts.stream()
                    .map(context -> new Request(context, continuation))
                    .toList();
        }

        @Override
        public List<Integer> lengths() {
            return contexts.stream().map(PythonText::length).toList();
        }
    }

    /** One context and its one continuation, with its space in front. */
    record Word(String context, String continuation) implements Prompt {
        @Override
        public int gold() {
            return 0;
        }

        @Override
        public List<Request> requests() {
            return List.of(new Request(context, continuation));
        }

        @Override
        public List<Integer> lengths() {
            return List.of(PythonText.length(continuation) - 1);
        }
    }
}
