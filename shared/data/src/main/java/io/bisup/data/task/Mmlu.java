package io.bisup.data.task;

import io.bisup.data.DatasetRow;
import io.bisup.data.PythonText;
import java.util.ArrayList;
import java.util.List;

/** MMLU's prompts: a description of the subject, solved examples of the same subject, the question with lettered choices. */
final class Mmlu {

    private static final List<String> LETTERS = List.of("A", "B", "C", "D");
    private static final String BETWEEN = "\n\n";

    private Mmlu() {}

    static Prompt zeroShot(DatasetRow row) {
        return behind(row, List.of());
    }

    /**
     * The prompt of a row behind the first examples of its subject.
     *
     * @param examples rows of the development split, of all subjects
     * @param shots examples to show
     * @throws io.bisup.data.DatasetException if there are fewer examples of the subject
     */
    static Prompt fewShot(DatasetRow row, List<DatasetRow> examples, int shots) {
        String subject = row.string("subject");
        List<DatasetRow> same = examples.stream()
                .filter(example -> example.string("subject").equals(subject))
                .limit(shots)
                .toList();
        if (same.size() < shots) {
            throw row.unsuitable(
                    "there are " + same.size() + " examples of subject \"" + subject + "\", asked for are " + shots,
                    "give the development split, or ask for fewer");
        }
        return behind(row, same);
    }

    private static Prompt behind(DatasetRow row, List<DatasetRow> examples) {
        StringBuilder before = new StringBuilder("The following are multiple choice questions (with answers) about ")
                .append(row.string("subject").replace('_', ' '))
                .append('.')
                .append(BETWEEN);
        for (DatasetRow example : examples) {
            before.append(question(example).solved()).append(BETWEEN);
        }
        return question(row).behind(before.toString());
    }

    private static Prompt.Choices question(DatasetRow row) {
        List<String> choices = row.strings("choices", LETTERS.size());
        List<String> lines = new ArrayList<>();
        lines.add(PythonText.strip(row.string("question")));
        for (int i = 0; i < LETTERS.size(); i++) {
            lines.add(LETTERS.get(i) + ". " + choices.get(i));
        }
        lines.add("Answer:");
        return new Prompt.Choices(String.join("\n", lines), LETTERS, row.index("answer", LETTERS.size()));
    }
}
