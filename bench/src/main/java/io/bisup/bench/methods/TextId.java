package io.bisup.bench.methods;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.PerplexitySpec.Protocol;

/**
 * A text that models are calibrated or measured on.
 *
 * @param name as the page shows it
 * @param sha256 digest of the bytes that are read
 * @param bytes how many those are
 * @param format how they are read
 */
public record TextId(String name, String sha256, long bytes, DatasetFormat format) {

    /** How the text becomes windows: running text by GPTQ's protocol, documents as QuaRot's C4. */
    Protocol protocol() {
        return format.hasFields() ? Protocol.C4_NEW : Protocol.GPTQ;
    }
}
