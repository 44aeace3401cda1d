package io.bisup.platform.access;

import java.util.regex.Pattern;

/**
 * A team or customer: sees nothing of the others.
 *
 * @param id 1 to 63 lower-case letters, digits or '-'
 * @param maxLiveJobs how many jobs may be unfinished at a time
 * @param requestsPerMinute how many requests one api-service answers in a minute
 */
public record Tenant(String id, int maxLiveJobs, int requestsPerMinute) {

    /** The tenant of every request to a service that requires no key. */
    public static final String DEFAULT = "default";

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    /** Whether a text can be a tenant's id. */
    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }
}
