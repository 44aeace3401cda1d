package io.bisup.eval.job;

import io.bisup.contract.ArtifactManifest;
import io.bisup.data.DatasetFile;
import io.bisup.data.TextDataset;
import io.bisup.platform.job.EvaluationWork;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.work.FileCache;
import io.bisup.platform.work.FileCache.Wanted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Brings what an evaluation reads from the object store to local disk, digests checked. */
final class EvaluationFiles {

    private final FileCache cache;

    EvaluationFiles(FileCache cache) {
        this.cache = cache;
    }

    /** A data set on local disk, and the digest of its bytes. */
    record Dataset(DatasetFile file, String sha256) {

        /** Its text; see {@link TextDataset#read}. */
        TextDataset text() {
            return TextDataset.read(file.path(), file.name(), file.format());
        }
    }

    /**
     * What lies on local disk.
     *
     * @param subject folder of what is measured: the artifact, or the model where there is none
     * @param datasets each data set by its name
     */
    record Fetched(Path subject, Map<String, Dataset> datasets) {

        Dataset dataset(String name) {
            return Objects.requireNonNull(datasets.get(name), name);
        }
    }

    /** Fetches subject and data sets; an artifact's model is fetched only when its baseline has to be measured. */
    Fetched fetch(EvaluationWork work, Patience patience) throws IOException {
        List<Path> folders = cache.fetch(wanted(work), patience);
        Map<String, Dataset> datasets = new TreeMap<>();
        for (int i = 0; i < work.datasets().size(); i++) {
            RegisteredDataset dataset = work.datasets().get(i);
            Path file = folders.get(i + 1).resolve(dataset.object().name());
            datasets.put(
                    dataset.name(),
                    new Dataset(new DatasetFile(file, dataset.name(), dataset.format()), dataset.sha256()));
        }
        return new Fetched(folders.getFirst(), datasets);
    }

    /** Fetches the model; what {@link #fetch} brought stays, whatever the cache's limit. */
    Path fetchModel(EvaluationWork work, Patience patience) throws IOException {
        List<Wanted> all = wanted(work);
        all.add(new Wanted(work.model().digest(), work.model().files()));
        return cache.fetch(all, patience).getLast();
    }

    private static List<Wanted> wanted(EvaluationWork work) {
        List<Wanted> wanted = new ArrayList<>();
        ArtifactManifest artifact = work.artifact();
        wanted.add(
                artifact == null
                        ? new Wanted(work.model().digest(), work.model().files())
                        : new Wanted(artifact.digest(), artifact.files()));
        work.datasets().forEach(dataset -> wanted.add(Wanted.one(dataset.object())));
        return wanted;
    }
}
