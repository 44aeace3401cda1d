package io.bisup.llm.peer;

import io.bisup.llm.checkpoint.TensorView;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of one module.
 *
 * @param find one by suffix; null for one that is absent
 */
record ModuleTensors(Function<String, @Nullable TensorView> find) {

    /** A tensor that was found when the headers were checked. */
    TensorView get(String suffix) {
        TensorView found = find.apply(suffix);
        if (found == null) {
            throw new IllegalStateException("the headers were not checked: there is no tensor " + suffix);
        }
        return found;
    }

    /** One that may be absent. */
    @Nullable
    TensorView find(String suffix) {
        return find.apply(suffix);
    }
}
