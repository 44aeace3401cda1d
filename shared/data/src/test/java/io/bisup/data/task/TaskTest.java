package io.bisup.data.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.DatasetFormat;
import io.bisup.data.DatasetException;
import io.bisup.data.DatasetFile;
import io.bisup.data.DatasetRows;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Prompts from raw fields: methods.md §10.3. */
class TaskTest {

    @TempDir
    Path folder;

    @Test
    void hellaswagLosesItsMarkup() {
        assertThat(
                        RawFields.withoutMarkup(
                                "Personal Care and Style: [header] How to dye a mohawk [title] Wash your hair. [step] Use SHAMPOO."))
                .isEqualTo("Personal Care and Style: How to dye a mohawk. Wash your hair. Use SHAMPOO.");
        assertThat(RawFields.withoutMarkup(" a   b [x]  c")).isEqualTo("a  b  c");
        assertThat(RawFields.withoutMarkup("a [x\u2028y] b [p\nq]")).isEqualTo("a b [p\nq]");
    }

    @Test
    void hellaswagCapitalizesTheSecondPart() throws IOException {
        TaskDocument document = only(Task.HELLASWAG, """
                {"activity_label":"Roof","ctx_a":"A man sits.","ctx_b":"he Then","ctx":"ignored",\
                "endings":["a","b 😀","c","d"],"label":"3"}""");

        assertThat(document.requests().get(1)).isEqualTo(new Request("Roof: A man sits. He then", " b 😀"));
        assertThat(document.lengths()).containsExactly(1, 3, 1, 1);
        assertThat(document.gold()).isEqualTo(3);
    }

    @Test
    void winograndePutsBothOptionsBeforeTheSameRest() throws IOException {
        TaskDocument document = only(Task.WINOGRANDE, """
                {"sentence":"Ann saw Bea so _ waved . ","option1":"Ann","option2":"Bea","answer":"2"}""");

        assertThat(document.requests())
                .containsExactly(
                        new Request("Ann saw Bea so Ann", " waved ."), new Request("Ann saw Bea so Bea", " waved ."));
        assertThat(document.gold()).isEqualTo(1);
    }

    @Test
    void otherTasksBuildTheirPrompts() throws IOException {
        assertThat(only(Task.BOOLQ, "{\"passage\":\"P.\",\"question\":\"is it\",\"answer\":true}")
                        .requests())
                .containsExactly(
                        new Request("P.\nQuestion: is it?\nAnswer:", " no"),
                        new Request("P.\nQuestion: is it?\nAnswer:", " yes"));
        assertThat(only(Task.PIQA, "{\"goal\":\"g\",\"sol1\":\"a \",\"sol2\":\"b\",\"label\":1}")
                        .requests())
                .containsExactly(new Request("Question: g\nAnswer:", " a "), new Request("Question: g\nAnswer:", " b"));
        assertThat(only(
                                Task.OPENBOOKQA,
                                "{\"question_stem\":\"fog\",\"choices\":{\"text\":[\"a\",\"b\"],\"label\":[\"A\",\"B\"]},"
                                        + "\"answerKey\":\" B\"}")
                        .gold())
                .isEqualTo(1);
        assertThat(only(Task.LAMBADA_OPENAI, "{\"text\":\"one two  three\"}").requests())
                .containsExactly(new Request("one two ", " three"));
    }

    @Test
    void onlyArcsTasksReadOneAnothersRows() {
        for (Task one : Task.values()) {
            assertThat(Arrays.stream(Task.values()).filter(one::reads))
                    .containsExactlyElementsOf(
                            one.id().startsWith("arc") ? List.of(Task.ARC_EASY, Task.ARC_CHALLENGE) : List.of(one));
        }
    }

    @Test
    void mmluShowsExamplesOfItsSubject() throws IOException {
        String row =
                "{\"question\":\" q%1$s\\n\",\"subject\":\"%2$s\",\"choices\":[\"w\",\"x\",\"y\",\"z\"],\"answer\":%1$s}\n";
        Path test = file(row.formatted(2, "abstract_algebra"));
        Path dev = Files.writeString(
                folder.resolve("dev.jsonl"),
                row.formatted(0, "law") + row.formatted(1, "abstract_algebra") + row.formatted(3, "abstract_algebra"));
        DatasetFile examples = new DatasetFile(dev, "dev", DatasetFormat.JSONL);
        DatasetFile rows = new DatasetFile(test, "t", DatasetFormat.JSONL);

        TaskDocument zero = TaskDataset.read(rows, Task.MMLU).documents().getFirst();
        TaskDocument one =
                TaskDataset.read(rows, Task.MMLU, examples, 1).documents().getFirst();

        String head = "The following are multiple choice questions (with answers) about abstract algebra.\n\n";
        String question = "q2\nA. w\nB. x\nC. y\nD. z\nAnswer:";
        assertThat(zero.requests().get(2)).isEqualTo(new Request(head + question, " C"));
        assertThat(one.requests().get(2).context())
                .isEqualTo(head + "q1\nA. w\nB. x\nC. y\nD. z\nAnswer: B\n\n" + question);
        assertThatThrownBy(() -> TaskDataset.read(rows, Task.MMLU, examples, 3))
                .hasMessageContaining("there are 2 examples of subject \"abstract_algebra\"");
    }

    /** The prompt as the harness's template and description write it, by hand. */
    @Test
    void mmluShowsFiveExamplesInTheirOrder() throws IOException {
        Path test = file(astronomy(" Which planet is largest?", "Mars", "Venus", "Jupiter", "Earth", 2));
        Path dev = Files.writeString(
                folder.resolve("dev.jsonl"),
                astronomy("What is a star?", "a rock", "hot gas", "ice", "dust", 1)
                        + astronomy("What orbits the Earth?", "the Moon", "Mars", "the Sun", "Venus", 0)
                                .replace("astronomy", "virology")
                        + astronomy("How old is the Sun?\\n", "a year", "an age", "an hour", "4.6 billion years", 3)
                        + astronomy("What is nearest to the Sun?", "Mercury", "Venus", "Earth", "Mars", 0)
                        + astronomy("Which has rings?", "Venus", "the Moon", "Saturn", "Mercury", 2)
                        + astronomy("What is a light-year?", "a time", "a distance", "a mass", "a speed", 1)
                        + astronomy("Is a sixth one shown?", "yes", "no", "once", "never", 1));

        TaskDocument document = TaskDataset.read(
                        new DatasetFile(test, "t", DatasetFormat.JSONL),
                        Task.MMLU,
                        new DatasetFile(dev, "dev", DatasetFormat.JSONL),
                        5)
                .documents()
                .getFirst();

        String context = """
                The following are multiple choice questions (with answers) about astronomy.

                What is a star?
                A. a rock
                B. hot gas
                C. ice
                D. dust
                Answer: B

                How old is the Sun?
                A. a year
                B. an age
                C. an hour
                D. 4.6 billion years
                Answer: D

                What is nearest to the Sun?
                A. Mercury
                B. Venus
                C. Earth
                D. Mars
                Answer: A

                Which has rings?
                A. Venus
                B. the Moon
                C. Saturn
                D. Mercury
                Answer: C

                What is a light-year?
                A. a time
                B. a distance
                C. a mass
                D. a speed
                Answer: B

                Which planet is largest?
                A. Mars
                B. Venus
                C. Jupiter
                D. Earth
                Answer:""";
        assertThat(document.requests())
                .containsExactly(
                        new Request(context, " A"),
                        new Request(context, " B"),
                        new Request(context, " C"),
                        new Request(context, " D"));
        assertThat(document.gold()).isEqualTo(2);
    }

    private static String astronomy(String question, String a, String b, String c, String d, int answer) {
        return String.format(
                Locale.ROOT,
                "{\"question\":\"%s\",\"subject\":\"astronomy\",\"choices\":[\"%s\",\"%s\",\"%s\",\"%s\"],\"answer\":%d}\n",
                question,
                a,
                b,
                c,
                d,
                answer);
    }

    @Test
    void parquetAndJsonLinesGiveTheSameDocuments() throws IOException {
        Path parquet = folder.resolve("arc.parquet");
        try (InputStream in = Objects.requireNonNull(
                DatasetRows.class.getResourceAsStream("questions.parquet"), "questions.parquet")) {
            Files.copy(in, parquet);
        }
        StringBuilder lines = new StringBuilder();
        DatasetRows.forEach(
                parquet,
                "arc",
                DatasetFormat.PARQUET,
                r -> lines.append(r.fields()).append('\n'));

        List<TaskDocument> documents = TaskDataset.read(
                        new DatasetFile(parquet, "arc", DatasetFormat.PARQUET), Task.ARC_EASY)
                .documents();

        assertThat(documents).hasSize(20);
        assertThat(documents.getFirst().requests().getFirst())
                .isEqualTo(new Request("Question: How much is 0 and 2?\nAnswer:", " 2"));
        assertThat(TaskDataset.read(new DatasetFile(file(lines.toString()), "arc", DatasetFormat.JSONL), Task.ARC_EASY)
                        .documents())
                .isEqualTo(documents);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ARC_EASY|{\"question\":\"q\"}|line 1: field \"choices\" is missing",
                "ARC_EASY|{\"question\":\"q\",\"answerKey\":\"E\",\"choices\":{\"text\":[\"a\",\"b\"],\"label\":[\"A\",\"B\"]}}"
                        + "|answerKey \"E\" is none of the labels [A, B]",
                "WINOGRANDE|{\"sentence\":\"no blank\",\"option1\":\"a\",\"option2\":\"b\",\"answer\":\"1\"}|no \"_\"",
                "WINOGRANDE|{\"sentence\":\"_\",\"option1\":\"a\",\"option2\":\"b\",\"answer\":\"\"}|answer",
                "PIQA|{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"b\",\"label\":-1}|field \"label\" is not a whole number from 0 to 1",
                "BOOLQ|{\"ctx\":\"c\",\"choices\":[\"no\",\"yes\"],\"gold\":2}|field \"gold\"",
                "HELLASWAG|{\"text\":\"x\"}|line 1: field \"ctx_a\" is missing"
            })
    void errorsNameRowAndField(Task task, String row, String cause) throws IOException {
        Path file = file(row);
        assertThatThrownBy(() -> TaskDataset.read(new DatasetFile(file, "mine", DatasetFormat.JSONL), task))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("mine: line 1")
                .hasMessageContaining(cause);
    }

    private TaskDocument only(Task task, String row) throws IOException {
        return TaskDataset.read(new DatasetFile(file(row), "t", DatasetFormat.JSONL), task)
                .documents()
                .getFirst();
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("rows.jsonl"), content);
    }
}
