package io.bisup.api.preflight;

import io.bisup.contract.ObjectEntry;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.registry.RegisteredModel;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Inspects registered models where they lie: in the object store, by ranged reads. */
@ApplicationScoped
class StoredModels {

    private final ObjectStore objects;
    /** By digest: registered bytes never change, so a model is read once per process. */
    private final Map<String, Inspection> inspected = new ConcurrentHashMap<>();

    StoredModels(ObjectStore objects) {
        this.objects = objects;
    }

    Inspection inspect(RegisteredModel model) {
        Inspection known = inspected.get(model.digest());
        if (known != null) {
            return known;
        }
        Inspection fresh = ModelInspector.inspect(new Stored(model));
        inspected.put(model.digest(), fresh);
        return fresh;
    }

    private final class Stored implements ModelFiles {

        private final Map<String, ObjectEntry> entries;

        Stored(RegisteredModel model) {
            this.entries = model.files().stream().collect(Collectors.toMap(ObjectEntry::name, Function.identity()));
        }

        @Override
        public SequencedMap<String, Long> sizes() {
            SequencedMap<String, Long> sizes = new TreeMap<>();
            entries.forEach((name, entry) -> sizes.put(name, entry.bytes()));
            return sizes;
        }

        @Override
        public byte[] range(String file, long offset, int length) {
            ObjectEntry entry = entries.get(file);
            if (entry == null) {
                throw new IllegalArgumentException("no file " + file);
            }
            return objects.range(entry, offset, length);
        }
    }
}
