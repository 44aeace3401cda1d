package io.bisup.platform.job;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.PerplexitySpec;

/**
 * Everything that the perplexity of a model or an artifact depends on; what is put in front of a text follows from model and prefix.
 *
 * @param modelDigest of the files of the model or the artifact
 * @param datasetSha256 of the text
 * @param format how its bytes were read
 * @param protocol how text became windows
 * @param window tokens per window
 * @param prefixSha256 digest of the prefix's token ids, or "none"
 * @param dtype in which the model computed
 * @param codeVersion of the evaluator
 */
public record BaselineKey(
        String modelDigest,
        String datasetSha256,
        DatasetFormat format,
        PerplexitySpec.Protocol protocol,
        int window,
        String prefixSha256,
        String dtype,
        String codeVersion) {}
