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

    /** The first 16 hex digits of SHA-256 of context, NUL and continuation. */
    public String digest() {
        return Digests.sha256(context + "\0" + continuation).substring(0, DIGITS);
    }
}
