package io.bisup.api.web;

import io.bisup.api.ApiConfig;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names this service is reached by and the pages that may call it. A browser names both in every request, so a page of
 * another site is told apart, also one that points its own name at this machine (DNS rebinding).
 */
final class Addresses {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    private final Set<String> hosts;
    private final Set<String> origins;

    /** In the local profile the loopback names hold besides {@code bisup.api.hosts}; elsewhere no host set means any. */
    Addresses(ApiConfig config) {
        Set<String> named = config.hosts().orElse(Set.of());
        this.hosts = config.local() ? union(named, LOOPBACK) : lower(named);
        this.origins = lower(config.origins().orElse(Set.of()));
    }

    /** Whether a request that names {@code host} (without port; null when it names none) is meant for this service. */
    boolean serves(@Nullable String host) {
        return host != null && (hosts.isEmpty() || hosts.contains(host.toLowerCase(Locale.ROOT)));
    }

    /**
     * Whether a page of {@code origin} may call.
     *
     * @param origin the request's Origin header, null when no browser page sends the request
     * @param authority host and port that the request is addressed to
     */
    boolean trusts(@Nullable String origin, String authority) {
        if (origin == null) {
            return true;
        }
        String asked = origin.toLowerCase(Locale.ROOT);
        String own = authority.toLowerCase(Locale.ROOT);
        return asked.equals("http://" + own) || asked.equals("https://" + own) || origins.contains(asked);
    }

    private static Set<String> lower(Set<String> names) {
        return union(names, Set.of());
    }

    private static Set<String> union(Set<String> names, Set<String> more) {
        Set<String> all = new java.util.HashSet<>(more);
        names.forEach(name -> all.add(name.strip().toLowerCase(Locale.ROOT)));
        return Set.copyOf(all);
    }
}
