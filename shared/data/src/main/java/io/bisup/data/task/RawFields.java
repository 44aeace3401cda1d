package io.bisup.data.task;

import io.bisup.data.DatasetRow;
import io.bisup.data.PythonText;
import java.util.List;
import java.util.regex.Pattern;

/** Prompts from the fields of the Hugging Face data sets (methods.md §10.3), character for character as the harness's. */
final class RawFields {

    /** Python's dot does not match a newline only. */
    private static final Pattern BRACKETS = Pattern.compile("\\[.*?\\]", Pattern.UNIX_LINES);

    private static final int HELLASWAG_ENDINGS = 4;

    private RawFields() {}

    static Prompt arc(DatasetRow row) {
        DatasetRow choices = row.object("choices");
        return choices("Question: " + row.string("question") + "\nAnswer:", row, choices, row.string("answerKey"));
    }

    static Prompt openbookqa(DatasetRow row) {
        String key = PythonText.strip(row.string("answerKey"));
        return choices(row.string("question_stem"), row, row.object("choices"), key);
    }

    private static Prompt choices(String context, DatasetRow row, DatasetRow choices, String key) {
        List<String> texts = choices.strings("text", 2);
        List<String> labels = choices.strings("label", 2);
        int gold = labels.indexOf(key);
        if (labels.size() != texts.size()) {
            throw choices.unsuitable(labels.size() + " labels for " + texts.size() + " texts", "give one for each");
        }
        if (gold < 0) {
            throw row.unsuitable("answerKey \"" + key + "\" is none of the labels " + labels, "give one of them");
        }
        return new Prompt.Choices(context, texts, gold);
    }

    static Prompt boolq(DatasetRow row) {
        String context = row.string("passage") + "\nQuestion: " + row.string("question") + "?\nAnswer:";
        return new Prompt.Choices(context, List.of("no", "yes"), row.index(row.has("label") ? "label" : "answer", 2));
    }

    static Prompt piqa(DatasetRow row) {
        return new Prompt.Choices(
                "Question: " + row.string("goal") + "\nAnswer:",
                List.of(row.string("sol1"), row.string("sol2")),
                row.index("label", 2));
    }

    static Prompt hellaswag(DatasetRow row) {
        String context = row.string("ctx_a") + " " + PythonText.capitalize(row.string("ctx_b"));
        List<String> endings = row.strings("endings", HELLASWAG_ENDINGS);
        return new Prompt.Choices(
                withoutMarkup(row.string("activity_label") + ": " + context),
                endings.stream().map(RawFields::withoutMarkup).toList(),
                row.index("label", endings.size()));
    }

    /** WikiHow's marks go: "[title]" ends a sentence, other brackets vanish, then each two spaces become one, once. */
    static String withoutMarkup(String text) {
        String sentences = PythonText.strip(text).replace(" [title]", ". ");
        return BRACKETS.matcher(sentences).replaceAll("").replace("  ", " ");
    }

    static Prompt winogrande(DatasetRow row) {
        String sentence = row.string("sentence");
        int blank = sentence.indexOf('_');
        if (blank < 0) {
            throw row.unsuitable("field \"sentence\" has no \"_\"", "mark the place of the options with it");
        }
        String before = sentence.substring(0, blank);
        String answer = row.label("answer");
        if (!answer.equals("1") && !answer.equals("2")) {
            throw row.unsuitable("field \"answer\" is \"" + answer + "\"", "it has to be 1 or 2");
        }
        return new Prompt.Contexts(
                List.of(before + row.string("option1"), before + row.string("option2")),
                Prompt.DELIMITER + PythonText.strip(sentence.substring(blank + 1)),
                answer.equals("1") ? 0 : 1);
    }

    /** The last word after a space, and all before that space. */
    static Prompt lambada(DatasetRow row) {
        String text = row.string("text");
        int space = text.lastIndexOf(' ');
        if (space < 0) {
            return new Prompt.Word("", " " + text);
        }
        return new Prompt.Word(text.substring(0, space), text.substring(space));
    }
}
