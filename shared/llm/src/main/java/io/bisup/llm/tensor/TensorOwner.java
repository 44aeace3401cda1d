package io.bisup.llm.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Owns tensors, files and whole parts of a model while something is built of them. Closing frees all of it, the last
 * first, unless it was handed over: so whatever throws between the first and the last acquisition, nothing is left behind.
 *
 * <pre>{@code
 * try (TensorOwner owner = new TensorOwner()) {
 *     ModelEnds ends = owner.own(ModelEnds.load(config, source));
 *     ...
 *     return owner.handOver(new LanguageModel(ends, ...));
 * }
 * }</pre>
 *
 * <p>An object that frees through an owner of its own takes it with {@link #keep} at the end of its constructor and
 * closes that in its {@code close}. Not thread safe.
 */
public final class TensorOwner implements AutoCloseable {
    private final Deque<AutoCloseable> owned = new ArrayDeque<>();

    /** An owner of nothing. */
    public TensorOwner() {}

    private TensorOwner(Deque<AutoCloseable> owned) {
        this.owned.addAll(owned);
    }

    /**
     * Takes a resource over. A tensor leaves the open {@link NDScope}, if there is one: from here on this owner frees it.
     *
     * @return the resource
     */
    public <T extends AutoCloseable> T own(T resource) {
        // First the list: a resource that this owner does not know is lost when anything later throws.
        owned.push(resource);
        if (resource instanceof NDArray tensor) {
            NDScope.unregister(tensor);
        }
        return resource;
    }

    /**
     * Ends the ownership of everything taken so far without freeing it.
     *
     * @param newOwner what frees it from now on
     * @return {@code newOwner}
     */
    public <T> T handOver(T newOwner) {
        owned.clear();
        return newOwner;
    }

    /** Ends the ownership of everything taken so far; the result is the owner from now on. */
    public TensorOwner keep() {
        return handOver(new TensorOwner(owned));
    }

    /**
     * Frees what is still owned, the last taken first; a second call frees nothing.
     *
     * @throws IllegalStateException if a resource cannot be closed, after all others were; further failures are suppressed
     *     exceptions of the first
     */
    @Override
    public void close() {
        RuntimeException first = null;
        while (!owned.isEmpty()) {
            try {
                owned.pop().close();
            } catch (Exception failed) {
                RuntimeException failure = unchecked(failed);
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static RuntimeException unchecked(Exception failed) {
        return failed instanceof RuntimeException runtime
                ? runtime
                : new IllegalStateException("A resource cannot be closed: " + failed.getMessage(), failed);
    }
}
