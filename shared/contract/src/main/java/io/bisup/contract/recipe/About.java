package io.bisup.contract.recipe;

import io.bisup.contract.Check;
import org.jspecify.annotations.Nullable;

/**
 * What a recipe document says of itself; nothing is computed from it.
 *
 * @param purpose what the recipe is for, one line
 * @param paper where the method is described
 * @param expect the published figure to expect
 * @param differs where this release does something else than the paper
 */
public record About(
        @Nullable String purpose,
        @Nullable String paper,
        @Nullable String expect,
        @Nullable String differs) {

    private static final int MAX_LENGTH = 2000;

    /** Nothing said. */
    public static final About NOTHING = new About(null, null, null, null);

    public About {
        requireShort(purpose, "purpose");
        requireShort(paper, "paper");
        requireShort(expect, "expect");
        requireShort(differs, "differs");
    }

    private static void requireShort(@Nullable String text, String field) {
        Check.require(
                text == null || text.length() <= MAX_LENGTH,
                field,
                "is longer than " + MAX_LENGTH + " characters",
                "shorten it");
    }
}
