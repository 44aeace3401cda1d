package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.BlockReport;
import io.bisup.contract.Digests;
import io.bisup.contract.FailureException;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.Control;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelRunTest {
    private static final int LAYERS = 3;

    /** Uninterrupted runs that several tests compare with. */
    @TempDir
    static Path kept;

    private static final Map<String, Outcome> UNINTERRUPTED = new HashMap<>();

    @TempDir
    Path folder;

    private record Outcome(List<Path> shards, List<BlockReport> reports) {
        List<String> digests() {
            return shards.stream().map(Outcome::digest).toList();
        }

        private static String digest(Path file) {
            try {
                return Digests.sha256(Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Outcome uninterrupted(String name, QuantizationInput input) {
        return UNINTERRUPTED.computeIfAbsent(name, n -> run(kept.resolve(n), input, List.of(), Control.NONE));
    }

    private Outcome run(String name, QuantizationInput input, List<Path> finished, Control control) {
        return run(folder.resolve(name), input, finished, control);
    }

    private static Outcome run(Path target, QuantizationInput input, List<Path> finished, Control control) {
        List<Path> shards = new ArrayList<>(finished);
        List<BlockReport> reports = new ArrayList<>();
        try {
            Path work = Files.createDirectory(target);
            new ModelRun(RUNTIME, input, control).run(work, finished, (shard, report) -> {
                shards.add(shard);
                reports.add(report);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Outcome(shards, reports);
    }

    private static QuantizationInput bisup(Architecture architecture) {
        return TinyModels.input(TinyModels.config(architecture, LAYERS), TinyModels.bisup(3), 3);
    }

    /** B3: learning lowers the loss of every block, on the training and on the held-out samples, and no guard fires. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void everyBlockEndsBetterThanItBegan(Architecture architecture) {
        DecoderConfig config = TinyModels.config(architecture, LAYERS);
        Outcome outcome = run("a", TinyModels.input(config, TinyModels.bisup(3), 3, 32, 128), List.of(), Control.NONE);
        assertThat(outcome.reports()).hasSize(LAYERS).allSatisfy(report -> {
            assertThat(report.lossAfter()).isLessThan(report.lossBefore());
            assertThat(report.heldOutAfter()).isLessThan(report.heldOutBefore());
            assertThat(report.relativeError()).isPositive().isFinite();
            assertThat(report.notes()).isEmpty();
        });
    }

    @Test
    void learningHalvesTheErrorThatOutliersMake() {
        DecoderConfig config = TinyModels.config(Architecture.LLAMA, LAYERS);
        Outcome nearest = run("rtn", TinyModels.input(config, TinyModels.nearest(3), 3), List.of(), Control.NONE);
        Outcome learnt = uninterrupted("llama", bisup(Architecture.LLAMA));
        assertThat(learnt.reports().getLast().relativeError())
                .isLessThan(0.5 * nearest.reports().getLast().relativeError());
    }

    /** B4: the same input gives the same bytes. */
    @Test
    void twoRunsInOneProcessGiveTheSameBytes() {
        Outcome first = run("a", bisup(Architecture.QWEN3), List.of(), Control.NONE);
        Outcome second = run("b", bisup(Architecture.QWEN3), List.of(), Control.NONE);
        assertThat(second.digests()).isEqualTo(first.digests());
    }

    /** B5: started behind any number of finished blocks. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aResumedRunGivesTheBytesOfTheUninterruptedOne(int finished) {
        Outcome whole = uninterrupted("qwen2", bisup(Architecture.QWEN2));
        Outcome resumed = run("b", bisup(Architecture.QWEN2), whole.shards().subList(0, finished), Control.NONE);
        assertThat(resumed.digests()).isEqualTo(whole.digests());
    }

    /** B5: stopped anywhere, then resumed with what was finished. */
    @ParameterizedTest
    @ValueSource(ints = {5, 60, 100, 140, 190})
    void aRunStoppedAnywhereResumesToTheSameBytes(int step) {
        Outcome whole = uninterrupted("llama", bisup(Architecture.LLAMA));
        AtomicInteger steps = new AtomicInteger();
        List<Path> finished = new ArrayList<>();
        try {
            Path work = Files.createDirectory(folder.resolve("b"));
            ModelRun stopped = new ModelRun(RUNTIME, bisup(Architecture.LLAMA), () -> {
                if (steps.incrementAndGet() == step) {
                    throw new IllegalStateException("stopped");
                }
            });
            assertThatThrownBy(() -> stopped.run(work, List.of(), (shard, report) -> finished.add(shard)))
                    .hasMessage("stopped");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(finished).hasSizeLessThan(LAYERS);
        Outcome resumed = run("c", bisup(Architecture.LLAMA), finished, Control.NONE);
        assertThat(resumed.digests()).isEqualTo(whole.digests());
    }

    /** B5 for a recipe of each kind of stage: reordering and keepers, rotations, extracted outliers, compensated rounding. */
    @ParameterizedTest
    @ValueSource(strings = {"aser-w4a8", "bisup-atom-w3a3-g128", "bisup-quarot-w3a3-g128", "gptq-w4a16-g128"})
    void everyKindOfStageRepeatsAndResumesToTheSameBytes(String preset) {
        QuantizationInput input =
                TinyModels.input(TinyModels.config(Architecture.QWEN2, LAYERS), TinyModels.preset(preset), 2);
        Outcome whole = run("a", input, List.of(), Control.NONE);
        Outcome resumed = run("b", input, whole.shards().subList(0, 1), Control.NONE);
        assertThat(resumed.digests()).isEqualTo(whole.digests());
    }

    /** Rounding that compares both streams, and a loss that weighs tokens. */
    @Test
    void asymmetricCalibrationAndTokenWeightsRun() {
        Recipe base = TinyModels.bisup(4);
        Recipe recipe = TinyModels.recipe(
                base.transforms(),
                base.precision(),
                base.ranges(),
                new Rounding.Gptq(0.01, 32, Rounding.Gptq.Order.NATURAL, true, false),
                null,
                new Learning(Set.of(Learning.Space.RANGES), 2, 0.005, 0.0005, 2, Learning.Objective.TOKEN_WEIGHTED));
        DecoderConfig config = TinyModels.config(Architecture.LLAMA, LAYERS);
        Outcome outcome = run("a", TinyModels.input(config, recipe, 2), List.of(), Control.NONE);
        Outcome nearest = run("b", TinyModels.input(config, TinyModels.nearest(4), 2), List.of(), Control.NONE);
        assertThat(outcome.reports().getLast().relativeError())
                .isLessThan(nearest.reports().getLast().relativeError());
    }

    private static QuantizationInput gradientWeighted() {
        Recipe base = TinyModels.preset("bisup-quarot-w3a3-g128");
        Recipe recipe = TinyModels.recipe(
                base.transforms(),
                base.precision(),
                base.ranges(),
                base.rounding(),
                base.compensation(),
                new Learning(Set.of(Learning.Space.RANGES), 2, 0.005, 0.0005, 2, Learning.Objective.GRADIENT_WEIGHTED));
        return TinyModels.input(TinyModels.config(Architecture.QWEN2, LAYERS), recipe, 2);
    }

    /** B5 where channels are weighed: a resumed run weighs them as the uninterrupted one did. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aResumedRunWeighsChannelsAsTheUninterruptedOne(int finished) {
        Outcome whole = uninterrupted("weighed", gradientWeighted());
        Outcome resumed = run("b", gradientWeighted(), whole.shards().subList(0, finished), Control.NONE);
        assertThat(resumed.digests()).isEqualTo(whole.digests());
        assertThat(whole.reports()).allSatisfy(report -> {
            assertThat(report.lossAfter()).isLessThan(report.lossBefore());
            assertThat(report.notes()).isEmpty();
        });
    }

    /** Stopped on the way forward, at the head, and on the way back. */
    @ParameterizedTest
    @ValueSource(ints = {3, 20, 29})
    void noTensorOutlivesARunThatWeighsChannels(int step) throws IOException {
        noTensorOutlives(gradientWeighted(), step);
    }

    /** However a run ends. */
    @ParameterizedTest
    @ValueSource(ints = {3, 5, 12, 24, 40, 100})
    void noTensorOutlivesAStoppedRun(int step) throws IOException {
        QuantizationInput input = TinyModels.input(
                TinyModels.config(Architecture.QWEN2, LAYERS), TinyModels.preset("bisup-quarot-w3a3-g128"), 2);
        noTensorOutlives(input, step);
    }

    private void noTensorOutlives(QuantizationInput input, int step) throws IOException {
        for (String attempt : List.of("warm", "again")) {
            int before = managed();
            AtomicInteger steps = new AtomicInteger();
            Path work = Files.createDirectory(folder.resolve(attempt));
            assertThatThrownBy(() -> new ModelRun(RUNTIME, input, () -> {
                                if (steps.incrementAndGet() == step) {
                                    throw new IllegalStateException("stopped");
                                }
                            })
                            .run(work, List.of(), (shard, report) -> {}))
                    .hasMessage("stopped");
            if (attempt.equals("again")) {
                assertThat(managed()).isEqualTo(before);
            }
        }
    }

    /** A tensor that cannot be loaded, or a finished block that nobody takes; files of activations go with the tensors. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "model.embed_tokens.weight",
                "model.layers.0.self_attn.o_proj.weight",
                "model.layers.1.mlp.down_proj.weight",
                "sink"
            })
    void noTensorOutlivesARunThatFails(String where) throws IOException {
        QuantizationInput good = TinyModels.input(
                TinyModels.config(Architecture.QWEN2, 2), TinyModels.preset("quarot-w4a4-g128"), 2, 2, 16);
        QuantizationInput failing = new QuantizationInput(
                name -> {
                    fail(where, name);
                    return good.source().apply(name);
                },
                good.plan(),
                good.windows(),
                good.prefix(),
                good.ends());
        for (String attempt : List.of("warm", "again")) {
            int before = managed();
            Path work = Files.createDirectory(folder.resolve(attempt));
            assertThatThrownBy(() -> new ModelRun(RUNTIME, failing, Control.NONE)
                            .run(work, List.of(), (shard, report) -> fail(where, "sink")))
                    .hasMessage("cannot go on");
            assertThat(work).isDirectoryNotContaining("glob:**.act");
            if (attempt.equals("again")) {
                assertThat(managed()).isEqualTo(before);
            }
        }
    }

    private static void fail(String where, String here) {
        if (where.equals(here)) {
            throw new IllegalStateException("cannot go on");
        }
    }

    @Test
    void noTensorOutlivesARun() {
        run("warm", bisup(Architecture.LLAMA), List.of(), Control.NONE);
        int before = managed();
        run("again", bisup(Architecture.LLAMA), List.of(), Control.NONE);
        assertThat(managed()).isEqualTo(before);
    }

    private static int managed() {
        return ((ai.djl.ndarray.BaseNDManager) RUNTIME.manager())
                .getManagedArrays()
                .size();
    }

    @Test
    void aWeightThatIsNotFiniteIsNamed() {
        DecoderConfig config = TinyModels.config(Architecture.LLAMA, 1);
        QuantizationInput good = TinyModels.input(config, TinyModels.nearest(3), 0);
        QuantizationInput bad = new QuantizationInput(
                name -> name.endsWith("up_proj.weight")
                        ? broken(good, name)
                        : good.source().apply(name),
                good.plan(),
                good.windows(),
                good.prefix(),
                good.ends());
        assertThatThrownBy(() -> run("a", bad, List.of(), Control.NONE))
                .isInstanceOf(FailureException.class)
                .hasMessageContaining("model.layers.0.mlp.up_proj.weight");
    }

    private static NDArray broken(QuantizationInput good, String name) {
        try (NDArray whole = good.source().apply(name)) {
            NDArray broken = whole.mul(Float.POSITIVE_INFINITY);
            NDScope.unregister(broken);
            return broken;
        }
    }
}
