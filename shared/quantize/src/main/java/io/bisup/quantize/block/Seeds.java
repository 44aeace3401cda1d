package io.bisup.quantize.block;

import io.bisup.contract.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Randomness derived from the recipe alone, so that a resumed run draws what the uninterrupted one drew.
 *
 * @param recipeSeed seed of the recipe's calibration
 */
public record Seeds(long recipeSeed) {

    /** The generator of one purpose in one block. */
    public SplittableRandom random(int block, String purpose) {
        String text = "bisup/" + recipeSeed + "/" + block + "/" + purpose;
        byte[] digest = Digests.sha256().digest(text.getBytes(StandardCharsets.UTF_8));
        return new SplittableRandom(ByteBuffer.wrap(digest).getLong());
    }
}
