package io.bisup.llm.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What was acquired is freed when the construction fails, and only then. */
class TensorOwnerTest {
    private final TensorRuntime runtime = TestDevice.runtime();
    private final List<String> closed = new ArrayList<>();

    private AutoCloseable resource(String name) {
        return () -> closed.add(name);
    }

    private NDArray tensor() {
        return Tensors.floats(runtime.manager(), new float[] {1, 2}, 2);
    }

    @Test
    void aFailedConstructionFreesEverythingTheLastFirst() {
        assertThatThrownBy(() -> {
                    try (TensorOwner owner = new TensorOwner()) {
                        owner.own(resource("first"));
                        owner.own(resource("second"));
                        throw new IllegalArgumentException("third");
                    }
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("third")
                .hasNoSuppressedExceptions();
        assertThat(closed).containsExactly("second", "first");
    }

    @Test
    void whatWasHandedOverIsNotFreed() {
        String result;
        try (TensorOwner owner = new TensorOwner()) {
            owner.own(resource("part"));
            result = owner.handOver("whole");
            owner.own(resource("later"));
        }
        assertThat(result).isEqualTo("whole");
        assertThat(closed).containsExactly("later");
    }

    @Test
    void aKeptOwnerFreesOnce() {
        TensorOwner kept;
        try (TensorOwner owner = new TensorOwner()) {
            owner.own(resource("first"));
            owner.own(resource("second"));
            kept = owner.keep();
        }
        assertThat(closed).isEmpty();
        kept.close();
        kept.close();
        assertThat(closed).containsExactly("second", "first");
    }

    @Test
    void aFailureToCloseFreesTheOthersAndIsReported() {
        TensorOwner owner = new TensorOwner();
        owner.own(resource("first"));
        owner.own(() -> {
            throw new IllegalStateException("suppressed");
        });
        owner.own(() -> {
            throw new IOException("disk");
        });
        assertThatThrownBy(owner::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("disk")
                .hasRootCauseInstanceOf(IOException.class)
                .satisfies(first -> assertThat(first.getSuppressed()).hasSize(1));
        assertThat(closed).containsExactly("first");
    }

    @Test
    void anOwnedTensorOutlivesTheOpenScope() {
        TensorOwner owner = new TensorOwner();
        NDArray tensor;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            tensor = owner.own(tensor());
        }
        assertThat(tensor.toFloatArray()).containsExactly(1, 2);
        owner.close();
        assertThatThrownBy(tensor::toFloatArray).isInstanceOf(IllegalStateException.class);
    }
}
