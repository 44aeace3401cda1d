package io.bisup.api.job;

import io.bisup.platform.job.JobNotFoundException;
import java.util.regex.Pattern;

/** Ids as they come in paths. */
public final class Ids {

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private Ids() {}

    /**
     * The id, when it can be one.
     *
     * @throws JobNotFoundException else: what is no id is no job's id
     */
    public static String job(String id) {
        if (!UUID.matcher(id).matches()) {
            throw new JobNotFoundException("'" + (id.length() > 40 ? id.substring(0, 40) + "…" : id) + "'");
        }
        return id;
    }
}
