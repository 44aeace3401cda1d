package io.bisup.llm.transform;

import com.fasterxml.jackson.databind.EnumNamingStrategies;
import com.fasterxml.jackson.databind.annotation.EnumNaming;
import io.bisup.contract.Check;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ChannelMap} as an artifact's document stores it; tensors that it does not tell are stored beside it.
 *
 * @param width channels
 * @param factors of an orthogonal map, outermost first; their sizes multiply to the width; empty for the others
 * @param signSeed seed of the random signs that an orthogonal map multiplies channels by before its factors, or null for none
 */
public record MapDescription(
        Kind kind,
        int width,
        List<Factor> factors,
        @Nullable Long signSeed) {

    /** Kinds of maps. */
    @EnumNaming(EnumNamingStrategies.SnakeCaseStrategy.class)
    public enum Kind {
        DIAGONAL,
        OFFSET,
        PERMUTATION,
        ORTHOGONAL
    }

    public MapDescription {
        Check.present(kind, "kind");
        factors = factors == null ? List.of() : List.copyOf(factors);
        long product = factors.stream().mapToLong(Factor::size).reduce(1, Math::multiplyExact);
        if (kind == Kind.ORTHOGONAL ? product != width : !factors.isEmpty()) {
            throw new IllegalArgumentException(kind + " map of " + width + " channels with factors " + factors
                    + ": their sizes must multiply to it");
        }
    }

    public static MapDescription of(Kind kind, int width) {
        return new MapDescription(kind, width, List.of(), null);
    }
}
