package io.bisup.llm.weight;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.TensorView;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Finds the tensors of stored weights and checks their shapes. */
record StoredTensors(Function<String, Optional<TensorView>> find) {

    /** A floating-point tensor. */
    TensorView values(String name, long rows, long columns) {
        TensorView view = find.apply(name).orElseThrow(() -> malformed(name + " is missing"));
        if (!view.shape().equals(List.of(rows, columns))) {
            throw malformed(name + " has shape " + view.shape() + " instead of [" + rows + ", " + columns + "]");
        }
        return view;
    }

    /** A tensor of packed codes. */
    byte[] bytes(String name, long rows, long columns) {
        TensorView view = values(name, rows, columns);
        if (view.dtype() != DType.U8) {
            throw malformed(name + " is " + view.dtype() + " instead of U8");
        }
        return view.data().toArray(ValueLayout.JAVA_BYTE);
    }

    private static FailureException malformed(String what) {
        return new FailureException(
                FailureCode.MALFORMED_CHECKPOINT, "the artifact's tensor " + what + "; make the artifact again");
    }
}
