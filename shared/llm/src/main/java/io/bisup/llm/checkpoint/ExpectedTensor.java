package io.bisup.llm.checkpoint;

import java.util.List;
import java.util.Set;

/**
 * A tensor as a checkpoint's config.json implies it.
 *
 * @param shape dimensions, outermost first
 * @param types the element types it may have
 * @param optional whether it may be absent
 */
public record ExpectedTensor(List<Long> shape, Set<DType> types, boolean optional) {

    private static final Set<DType> FLOATING = Set.of(DType.BF16, DType.F16, DType.F32, DType.F64);

    public ExpectedTensor {
        shape = List.copyOf(shape);
        types = Set.copyOf(types);
    }

    /** A tensor of weights as trained. */
    public static ExpectedTensor floating(List<Long> shape) {
        return new ExpectedTensor(shape, FLOATING, false);
    }

    /** A tensor of packed codes or of indices. */
    public static ExpectedTensor integers(DType type, List<Long> shape) {
        return new ExpectedTensor(shape, Set.of(type), false);
    }

    /** The same tensor, which may be absent. */
    public ExpectedTensor orAbsent() {
        return new ExpectedTensor(shape, types, true);
    }
}
