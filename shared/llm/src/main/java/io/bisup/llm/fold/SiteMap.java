package io.bisup.llm.fold;

import io.bisup.contract.recipe.Site;
import io.bisup.llm.transform.ChannelMap;
import org.jspecify.annotations.Nullable;

/**
 * A channel map at one site of a block. The linears that read the site always have it folded into their columns.
 *
 * @param site where
 * @param reads the map as the readers' columns see it, as wide as the input
 * @param writes the same map as the producer's rows see it, folded into them; null where the map acts at run time. It is
 *     narrower than {@code reads} at o where query heads share a key-value head
 */
public record SiteMap(Site site, ChannelMap reads, @Nullable ChannelMap writes) {

    /** A map that acts at run time. */
    public static SiteMap online(Site site, ChannelMap map) {
        return new SiteMap(site, map, null);
    }

    /** Whether nothing is left to do at run time. */
    public boolean isFolded() {
        return writes != null;
    }
}
