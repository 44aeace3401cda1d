package io.bisup.eval.job;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.EvaluationSpec;
import io.bisup.measure.CodeVersion;

/**
 * All that a measurement of an artifact and its FP model together depends on; both stand behind the artifact's prefix.
 *
 * @param modelDigest of the FP model's files
 * @param artifactDigest of the artifact's files
 * @param datasetSha256 of the text
 * @param format how its bytes were read
 * @param spec what was asked for
 * @param dtype in which the models computed
 * @param codeVersion of the evaluator
 */
record PairKey(
        String modelDigest,
        String artifactDigest,
        String datasetSha256,
        DatasetFormat format,
        EvaluationSpec spec,
        String dtype,
        String codeVersion) {

    static PairKey of(EvaluationSpec spec, EvaluationFiles.Dataset dataset, ModelPair models) {
        return new PairKey(
                models.modelDigest(),
                models.artifactDigest(),
                dataset.sha256(),
                dataset.file().format(),
                spec,
                models.model().runtime().compute().toString(),
                CodeVersion.CURRENT);
    }
}
