package io.bisup.quantize.prefix;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.Control;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Models in which some tokens are planted to produce massive activations: theirs is the only embedding in a channel of its own. */
class PrefixDetectionTest {
    private static final DecoderConfig CONFIG = TinyModels.config(Architecture.LLAMA, 3);
    private static final int START = 1;
    private static final int CHANNEL = 10;
    private static final double ETA = 20;

    /** The tiny model, in which {@code sinks} drive the first channel of down's input, which down does not read. */
    private static NDArray planted(String name, Set<Long> sinks) {
        NDArray tensor = TinyModels.parameter(CONFIG, name);
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            if (name.equals(ModelTensors.EMBEDDING)) {
                tensor.set(new NDIndex(":, " + CHANNEL), 0);
                sinks.forEach(sink -> tensor.set(new NDIndex(sink + ", " + CHANNEL), 100));
            } else if (name.endsWith("o_proj.weight")) {
                tensor.set(new NDIndex(CHANNEL + ", :"), 0);
            } else if (name.endsWith("down_proj.weight")) {
                tensor.set(new NDIndex(CHANNEL + ", :"), 0);
                tensor.set(new NDIndex(":, 0"), 0);
            } else if (name.endsWith("gate_proj.weight") || name.endsWith("up_proj.weight")) {
                tensor.set(new NDIndex("0, " + CHANNEL), 20);
            }
        }
        return tensor;
    }

    private static List<Long> find(Set<Long> sinks, List<long[]> windows, Control control) {
        return new PrefixDetection(RUNTIME, CONFIG, name -> planted(name, sinks), control).find(windows, START, ETA);
    }

    /** Windows of 48 ordinary tokens, in which the given ones stand at positions 9, 18, …. */
    private static List<long[]> windows(int count, long... inserted) {
        Random random = new Random(3);
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    long[] ids = random.longs(48, 40, 97).toArray();
                    for (int k = 0; k < inserted.length; k++) {
                        ids[9 * (k + 1)] = inserted[k];
                    }
                    return ids;
                })
                .toList();
    }

    @Test
    void aModelWithoutOutliersNeedsTheStartAlone() {
        assertThat(find(Set.of(), windows(4, 7, 8), Control.NONE)).containsExactly((long) START);
    }

    /** Two outliers a sequence: one goes before the start token, whose first position makes the other. */
    @Test
    void thePlantedTokenStandsBeforeTheStart() {
        assertThat(find(Set.of(7L), windows(4, 7, 7), Control.NONE)).containsExactly(7L, (long) START);
    }

    /** One outlier a sequence is what the start token itself makes. */
    @Test
    void aSingleOutlierIsTheStartsOwn() {
        assertThat(find(Set.of(7L), windows(4, 7), Control.NONE)).containsExactly((long) START);
    }

    @Test
    void theMostFrequentContentsComeFirst() {
        assertThat(find(Set.of(7L, 8L, 9L), windows(4, 8, 7, 8, 8, 7), Control.NONE))
                .startsWith(8L, 7L)
                .endsWith((long) START);
    }

    /** Of equally frequent contents the lower id, so that every run finds the same. */
    @Test
    void tiesGoToTheLowerToken() {
        assertThat(find(Set.of(7L, 8L, 9L), windows(4, 9, 8, 7), Control.NONE)).containsExactly(7L, 8L, (long) START);
    }

    /** The first position is where any content may be massive: it says nothing of the content. */
    @Test
    void theFirstPositionNamesNoContent() {
        List<long[]> windows = windows(4, 8);
        windows.forEach(window -> window[0] = 7);
        assertThat(find(Set.of(7L, 8L), windows, Control.NONE)).containsExactly(8L, (long) START);
    }

    /** Sixteen windows are enough; the others are not even embedded. */
    @Test
    void onlyTheFirstWindowsAreSeen() {
        List<long[]> many = new ArrayList<>(windows(16, 7, 7));
        many.add(new long[] {1_000_000});
        assertThat(find(Set.of(7L), many, Control.NONE)).containsExactly(7L, (long) START);
    }

    @Test
    void noTensorOutlivesADetectionHoweverItEnds() {
        find(Set.of(7L), windows(2, 7, 7), Control.NONE);
        int before = managed();
        find(Set.of(7L), windows(2, 7, 7), Control.NONE);
        assertThat(managed()).isEqualTo(before);
        for (int stop = 1; stop <= 7; stop += 3) {
            AtomicInteger steps = new AtomicInteger(stop);
            assertThatThrownBy(() -> find(Set.of(7L), windows(2, 7, 7), () -> {
                        if (steps.decrementAndGet() == 0) {
                            throw new IllegalStateException("stopped");
                        }
                    }))
                    .hasMessage("stopped");
            assertThat(managed()).isEqualTo(before);
        }
    }

    private static int managed() {
        return ((BaseNDManager) RUNTIME.manager()).getManagedArrays().size();
    }
}
