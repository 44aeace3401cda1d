package io.bisup.llm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

@DisabledIfSystemProperty(
        named = "bisup.device",
        matches = "cuda.*",
        disabledReason = "passes are done one by one there")
class SideBySideTest {
    private final TensorRuntime runtime = TestDevice.runtime();
    private final int before = JniUtils.getNumThreads();

    @BeforeEach
    void twoThreads() {
        runtime.threads(2);
    }

    @AfterEach
    void asBefore() {
        runtime.threads(before);
    }

    @Test
    void everyPassIsDoneOnceAndToldOnTheCallingThread() {
        AtomicInteger[] done =
                IntStream.range(0, 100).mapToObj(i -> new AtomicInteger()).toArray(AtomicInteger[]::new);
        List<Integer> told = new ArrayList<>();
        Set<Thread> listeners = ConcurrentHashMap.newKeySet();

        SideBySide.on(runtime).forEach(100, i -> done[i].incrementAndGet(), i -> {
            listeners.add(Thread.currentThread());
            told.add(i);
        });

        assertThat(done).extracting(AtomicInteger::get).containsOnly(1);
        assertThat(told)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 100).boxed().toList());
        assertThat(listeners).containsExactly(Thread.currentThread());
    }

    @Test
    void twoPassesRunAtTheSameTimeByOneThreadEach() {
        CountDownLatch both = new CountDownLatch(2);
        Set<Integer> threads = ConcurrentHashMap.newKeySet();

        SideBySide.on(runtime)
                .forEach(
                        2,
                        i -> {
                            threads.add(JniUtils.getNumThreads());
                            both.countDown();
                            assertThat(reached(both))
                                    .as("pass %d is not alone", i)
                                    .isTrue();
                        },
                        i -> {});

        assertThat(threads).containsExactly(1);
        assertThat(JniUtils.getNumThreads()).as("threads afterwards").isEqualTo(2);
    }

    @Test
    void aSinglePassHasAllThreads() {
        SideBySide.on(runtime)
                .forEach(1, i -> assertThat(JniUtils.getNumThreads()).isEqualTo(2), i -> {});
    }

    @Test
    void aFailureIsThrownAndNoOtherPassBegins() {
        AtomicInteger begun = new AtomicInteger();

        assertThatThrownBy(() -> SideBySide.on(runtime)
                        .forEach(
                                1000,
                                i -> {
                                    begun.incrementAndGet();
                                    if (i == 3) {
                                        throw new IllegalStateException("pass 3");
                                    }
                                    pause();
                                },
                                i -> {}))
                .hasMessage("pass 3");

        assertThat(begun.get()).isLessThan(10);
        assertThat(JniUtils.getNumThreads()).isEqualTo(2);
    }

    @Test
    void aListenerMayStopThePasses() {
        AtomicInteger begun = new AtomicInteger();

        assertThatThrownBy(() -> SideBySide.on(runtime)
                        .forEach(
                                1000,
                                i -> {
                                    begun.incrementAndGet();
                                    pause();
                                },
                                i -> {
                                    throw new IllegalStateException("stop");
                                }))
                .hasMessage("stop");

        assertThat(begun.get()).isLessThan(10);
        assertThat(JniUtils.getNumThreads()).isEqualTo(2);
    }

    @Test
    void tensorsOfAPassAreTheSameAsAlone() {
        try (NDArray x = Tensors.floats(runtime.manager(), new float[] {1, 2, 3, 4}, 2, 2)) {
            float[][] squares = new float[50][];
            SideBySide.on(runtime).forEach(50, i -> squares[i] = square(x), i -> {});
            assertThat(List.of(squares)).allSatisfy(square -> assertThat(square).containsExactly(7, 10, 15, 22));
        }
    }

    private float[] square(NDArray x) {
        try (NDArray square = runtime.kernels().call("matmul", x, x)) {
            return square.toFloatArray();
        }
    }

    private static boolean reached(CountDownLatch latch) {
        try {
            return latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
