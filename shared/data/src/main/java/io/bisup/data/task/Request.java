package io.bisup.data.task;

import io.bisup.contract.Digests;

/**
 * One log-likelihood to compute.
 *
 * @param context text that is given
 * @param continuation text whose log-likelihood is asked for
 */
public record Request(String context, String continuation) {

    private static final int DIGITS = 16;

    /** SHA-256 of context, NUL and continuation. */
    public String sha256() {
        return Digests.sha256(context + "\0" + continuation);
    }

    /** The first 16 hex digits of {@link #sha256}. */
    public String digest() {
        return sha256().substring(0, DIGITS);
    }
}
