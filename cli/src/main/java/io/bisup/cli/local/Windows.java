package io.bisup.cli.local;

import io.bisup.llm.folder.OpenModel;
import org.jspecify.annotations.Nullable;

/** How long the windows of a measurement are. */
final class Windows {

    private Windows() {}

    /**
     * Tokens of a window.
     *
     * @param asked what the user wants; null for {@code usual}, or what the model can read behind its prefix if that is less
     */
    static int length(@Nullable Integer asked, int usual, OpenModel open) {
        int context = open.model().config().maxPositions() - open.prefixIds().size();
        return asked == null ? Math.min(usual, context) : asked;
    }
}
