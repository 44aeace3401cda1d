package io.bisup.bench.perplexity;

import io.bisup.bench.ProcessorTime;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.model.TokenScores;
import io.bisup.llm.tensor.Compute;
import io.bisup.llm.tensor.TensorRuntime;
import java.nio.file.Path;
import java.util.List;

/** This project with a model open. */
final class OurModel implements AutoCloseable {

    private final OpenModel open;

    /** @param compute format of products */
    OurModel(TensorRuntime runtime, Path model, Compute compute) {
        this.open = ModelFolder.open(model, runtime.computing(compute));
    }

    FpScore score(List<long[]> windows) {
        double busy = ProcessorTime.seconds();
        long started = System.nanoTime();
        double loss =
                open.model().score(windows).stream().mapToDouble(OurModel::mean).sum() / windows.size();
        return new FpScore((System.nanoTime() - started) / 1e9, ProcessorTime.seconds() - busy, Math.exp(loss));
    }

    /** In nats a token. */
    private static double mean(TokenScores window) {
        return window.negativeLogLikelihood() / window.logProbabilities().length;
    }

    @Override
    public void close() {
        open.close();
    }
}
