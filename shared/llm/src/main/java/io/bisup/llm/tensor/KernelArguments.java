package io.bisup.llm.tensor;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The arguments of one kernel call as native values, released on close. */
final class KernelArguments implements AutoCloseable {
    private final List<IValue> values;

    KernelArguments(Object... arguments) {
        values = new ArrayList<>(arguments.length);
        try {
            for (Object argument : arguments) {
                values.add(toValue(argument));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    long[] handles() {
        return values.stream().mapToLong(IValue::getHandle).toArray();
    }

    private static IValue toValue(Object argument) {
        return switch (argument) {
            case PtNDArray array -> IValue.from(array);
            case Integer number -> IValue.from(number.longValue());
            case Long number -> IValue.from(number);
            case Float number -> IValue.from(number.doubleValue());
            case Double number -> IValue.from(number);
            case Boolean flag -> IValue.from(flag);
            case NDArray[] arrays -> IValue.listFrom(Arrays.copyOf(arrays, arrays.length, PtNDArray[].class));
            case long[] numbers -> IValue.listFrom(numbers);
            case double[] numbers -> IValue.listFrom(numbers);
            default ->
                throw new IllegalArgumentException(
                        "A kernel takes tensors, numbers, booleans and arrays of them, not " + argument.getClass());
        };
    }

    /** The arguments as a reader of an error message needs them: shapes and types, never contents. */
    static String describe(Object... arguments) {
        return Arrays.stream(arguments).map(KernelArguments::describeOne).collect(Collectors.joining(", ", "(", ")"));
    }

    private static String describeOne(Object argument) {
        return switch (argument) {
            case NDArray array -> array.getDataType() + array.getShape().toString();
            case NDArray[] arrays -> arrays.length + " tensors";
            default -> String.valueOf(argument);
        };
    }

    @Override
    public void close() {
        values.forEach(IValue::close);
    }
}
