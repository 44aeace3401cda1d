package io.bisup.export.fake;

import io.bisup.export.format.ExportOptions.ValueType;
import io.bisup.llm.tensor.Bfloat16;
import java.util.Locale;

/** Counts what the type of the stored numbers rounds away. */
final class RoundingLoss {

    private final ValueType type;
    private long all;
    private long changed;
    private double worst;

    RoundingLoss(ValueType type) {
        this.type = type;
    }

    ValueType type() {
        return type;
    }

    /** Looks at values that are about to be written, and returns them. */
    float[] seen(float[] values) {
        if (type == ValueType.BFLOAT16) {
            for (float value : values) {
                double error = Math.abs(value - Bfloat16.toFloat(Bfloat16.fromFloat(value)));
                if (error > 0) {
                    changed++;
                    worst = Math.max(worst, error / Math.abs(value));
                }
            }
            all += values.length;
        }
        return values;
    }

    /** What a user must know of it. */
    String text() {
        return switch (type) {
            case FLOAT32 -> "Every weight is exactly what its code stands for.";
            case BFLOAT16 ->
                String.format(
                        Locale.ROOT,
                        "bfloat16 cannot hold every code times its scale: %.1f %% of the weights of linears are rounded, by at"
                                + " most %.4f %% of their value; --dtype float32 rounds none.",
                        all == 0 ? 0.0 : 100.0 * changed / all,
                        100 * worst);
        };
    }
}
