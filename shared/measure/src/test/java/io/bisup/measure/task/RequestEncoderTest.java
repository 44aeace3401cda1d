package io.bisup.measure.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.BosRule;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Harness;
import io.bisup.contract.TaskSample;
import io.bisup.data.DatasetFile;
import io.bisup.data.task.Request;
import io.bisup.data.task.Task;
import io.bisup.data.task.TaskDataset;
import io.bisup.data.task.TaskDocument;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.llm.token.SpecialTokens;
import io.bisup.llm.token.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** methods.md §10.4. Token ids are those of Llama 2: BOS is 1, a lone "▁" 29871. */
class RequestEncoderTest {

    private static final Request REQUEST = new Request("Question: why?\nAnswer:", " because");
    private static Tokenizer llama;
    private static Tokenizer qwen;

    @BeforeAll
    static void open() {
        llama = Tokenizer.open(ReferenceData.path("data/tokenizers/llama2"));
        qwen = Tokenizer.open(ReferenceData.path("data/tokenizers/qwen2"));
    }

    @AfterAll
    static void close() {
        llama.close();
        qwen.close();
    }

    @Test
    void releasesDifferInTheStartTokenAndInTheBorder() {
        EncodedRequest oldest = encode(llama, Harness.V0_3, BosRule.AUTO, REQUEST);
        EncodedRequest middle = encode(llama, Harness.V0_4, BosRule.AUTO, REQUEST);
        EncodedRequest newest = encode(llama, Harness.V0_4_9_2, BosRule.AUTO, REQUEST);

        long[] whole = llama.encode(REQUEST.context() + REQUEST.continuation(), SpecialTokens.NEVER);
        assertThat(middle.tokens()).isEqualTo(whole);
        assertThat(newest.tokens()).isEqualTo(concatenate(1, whole));
        assertThat(newest.scored()).isEqualTo(middle.scored()).isEqualTo(1);
        assertThat(oldest.tokens())
                .as("the extra piece before the choice")
                .isEqualTo(LongStream.concat(
                                LongStream.of(whole).limit(whole.length - 1L),
                                LongStream.of(29871, whole[whole.length - 1]))
                        .toArray());
        assertThat(oldest.scored()).isEqualTo(2);
    }

    @Test
    void theStartTokenIsNeverDoubled() {
        Request spelled = new Request("<s>" + REQUEST.context(), REQUEST.continuation());

        for (BosRule rule : List.of(BosRule.AUTO, BosRule.ALWAYS)) {
            assertThat(encode(llama, Harness.V0_4_9_2, rule, spelled).tokens())
                    .startsWith(1)
                    .satisfies(ids -> assertThat(ids[1]).isNotEqualTo(1));
        }
        assertThat(encode(llama, Harness.V0_4, BosRule.ALWAYS, REQUEST).tokens())
                .isEqualTo(
                        encode(llama, Harness.V0_4_9_2, BosRule.AUTO, REQUEST).tokens());
        assertThat(encode(qwen, Harness.V0_4_9_2, BosRule.AUTO, REQUEST).tokens())
                .isEqualTo(encode(qwen, Harness.V0_4, BosRule.AUTO, REQUEST).tokens());
    }

    @Test
    void aPrefixThatHoldsTheStartTokenTakesItsPlace() {
        RequestEncoder behind = new RequestEncoder(llama, Harness.V0_4_9_2, BosRule.ALWAYS, List.of(1L, 5L), 512);

        assertThat(behind.encode(List.of(REQUEST)).getFirst().tokens())
                .isEqualTo(encode(llama, Harness.V0_4, BosRule.AUTO, REQUEST).tokens());
        assertThat(behind.bos()).isEqualTo("none");
    }

    @Test
    void whiteSpaceMovesToTheContinuation() {
        EncodedRequest moved = encode(qwen, Harness.V0_4, BosRule.AUTO, new Request("one two ", "three"));

        assertThat(moved.tokens()).isEqualTo(qwen.encode("one two three", SpecialTokens.NEVER));
        assertThat(moved.scored()).isEqualTo(1);
    }

    @Test
    void anEmptyContextIsTheStartToken() {
        assertThat(encode(llama, Harness.V0_4, BosRule.AUTO, new Request("", " word"))
                        .tokens())
                .isEqualTo(concatenate(1, llama.encode(" word", SpecialTokens.NEVER)));
        assertThat(encode(llama, Harness.V0_4, BosRule.AUTO, new Request("  ", "word"))
                        .scored())
                .isPositive();
    }

    @Test
    void aLongContextLosesItsStart() {
        RequestEncoder small = new RequestEncoder(llama, Harness.V0_4_9_2, BosRule.AUTO, List.of(), 6);
        long[] all = encode(llama, Harness.V0_4_9_2, BosRule.AUTO, REQUEST).tokens();

        EncodedRequest cut = small.encode(List.of(REQUEST)).getFirst();

        assertThat(cut.tokens()).isEqualTo(Arrays.copyOfRange(all, all.length - 7, all.length));
        assertThat(cut.inputLength()).isEqualTo(6);
    }

    @Test
    void aContinuationLongerThanTheContextIsScoredAsFarAsItIsRead() {
        Request talkative =
                new Request("Why?", " because it is long, and longer than anything that the model can read");
        long[] all = encode(llama, Harness.V0_4_9_2, BosRule.AUTO, talkative).tokens();

        EncodedRequest cut = new RequestEncoder(llama, Harness.V0_4_9_2, BosRule.AUTO, List.of(), 4)
                .encode(List.of(talkative))
                .getFirst();

        assertThat(all).hasSizeGreaterThan(12);
        assertThat(cut.tokens()).isEqualTo(Arrays.copyOfRange(all, all.length - 5, all.length));
        assertThat(cut.scored()).as("the first of them is only read").isEqualTo(4);
    }

    @Test
    void anEmptyContinuationIsScoredZeroAndGreedy() {
        Request nothing = new Request("Question: why?\nAnswer:", "");
        for (Harness harness : Harness.values()) {
            EncodedRequest encoded = encode(llama, harness, BosRule.AUTO, nothing);
            assertThat(encoded.scored()).isZero();
            assertThat(encoded.tokens()).endsWith(llama.encode(nothing.context(), SpecialTokens.NEVER));
        }
        assertThat(encode(llama, Harness.V0_4, BosRule.AUTO, new Request("", ""))
                        .scored())
                .isZero();
        List<TaskDocument> documents = List.of(
                new TaskDocument(0, List.of(REQUEST, nothing), List.of(1, 1), 0),
                new TaskDocument(1, List.of(nothing, nothing), List.of(1, 1), 0));

        List<TaskSample> samples =
                HarnessParityTest.measure(new TaskDataset(Task.WINOGRANDE, "mine", "0", null, documents));

        assertThat(samples.get(0).ll().get(0)).isNegative();
        assertThat(samples.get(0).ll().get(1)).isZero();
        assertThat(samples.get(0).greedy().get(1)).isTrue();
        assertThat(samples.get(0).acc()).as("nothing is likelier than anything").isZero();
        assertThat(samples.get(1).ll()).containsExactly(0.0, 0.0);
        assertThat(samples.get(1).acc()).as("of two alike the first").isOne();
    }

    /** numpy.argmax. */
    @Test
    void theFirstOfTheLargestIsTakenAndWhatIsNoNumberBeforeAll() {
        assertThat(TaskEvaluation.best(new double[] {-3, -1, -2})).isEqualTo(1);
        assertThat(TaskEvaluation.best(new double[] {-2, -1, -1})).isEqualTo(1);
        assertThat(TaskEvaluation.best(new double[] {-0.0, 0.0})).isZero();
        assertThat(TaskEvaluation.best(new double[] {-1, Double.NaN, 5, Double.NaN}))
                .isEqualTo(1);
        assertThat(TaskEvaluation.best(new double[] {Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY}))
                .isZero();
        assertThat(TaskEvaluation.best(new double[] {Double.POSITIVE_INFINITY, Double.NaN}))
                .isEqualTo(1);
    }

    @Test
    void aContinuationThatMergesIntoTheContextHasADefinedAnswer() {
        TaskDataset winogrande = TaskDataset.read(
                new DatasetFile(
                        ReferenceData.path("data/zeroshot/original-fields/winogrande.validation.jsonl"),
                        "winogrande",
                        DatasetFormat.JSONL),
                Task.WINOGRANDE);
        TaskDataset crashing = new TaskDataset(
                Task.WINOGRANDE,
                "winogrande",
                winogrande.sha256(),
                null,
                List.of(winogrande.documents().get(370)));

        TaskSample sample = HarnessParityTest.measure(crashing).getFirst();

        assertThat(sample.docId()).isEqualTo(370);
        assertThat(sample.ll()).hasSize(2).allSatisfy(ll -> assertThat(ll).isFinite());
        assertThat(sample.acc()).isIn(0.0, 1.0);
    }

    private static EncodedRequest encode(Tokenizer tokenizer, Harness harness, BosRule bos, Request request) {
        return new RequestEncoder(tokenizer, harness, bos, List.of(), 512)
                .encode(List.of(request))
                .getFirst();
    }

    private static long[] concatenate(long first, long[] rest) {
        return LongStream.concat(LongStream.of(first), LongStream.of(rest)).toArray();
    }
}
