package io.bisup.eval.job;

import io.bisup.platform.job.EvaluationWork;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import io.bisup.platform.work.FileCache;
import io.bisup.platform.work.FileCache.Wanted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Brings what an evaluation reads from the object store to local disk, digests checked. */
final class EvaluationFiles {

    private final FileCache cache;

    EvaluationFiles(FileCache cache) {
        this.cache = cache;
    }

    /**
     * What lies on local disk.
     *
     * @param artifact folder of the quantized model
     * @param datasets file of each data set, by its name
     */
    record Fetched(Path artifact, Map<String, Path> datasets) {

        Path dataset(String name) {
            return java.util.Objects.requireNonNull(datasets.get(name), name);
        }
    }

    /** Fetches artifact and data sets; the model is fetched only when its baseline has to be measured. */
    Fetched fetch(EvaluationWork work, Patience patience) throws IOException {
        List<Path> folders = cache.fetch(wanted(work), patience);
        Map<String, Path> datasets = new TreeMap<>();
        for (int i = 0; i < work.datasets().size(); i++) {
            RegisteredDataset dataset = work.datasets().get(i);
            datasets.put(
                    dataset.name(), folders.get(i + 1).resolve(dataset.object().name()));
        }
        return new Fetched(folders.getFirst(), datasets);
    }

    /** Fetches the FP model beside the artifact and the data sets, none of which goes for it. */
    Path fetchModel(EvaluationWork work, Patience patience) throws IOException {
        RegisteredModel model = work.model();
        List<Wanted> wanted = new ArrayList<>(List.of(new Wanted(model.digest(), model.files())));
        wanted.addAll(wanted(work));
        return cache.fetch(wanted, patience).getFirst();
    }

    private static List<Wanted> wanted(EvaluationWork work) {
        List<Wanted> wanted = new ArrayList<>();
        wanted.add(new Wanted(work.artifact().digest(), work.artifact().files()));
        work.datasets().forEach(d -> wanted.add(Wanted.one(d.object())));
        return wanted;
    }
}
