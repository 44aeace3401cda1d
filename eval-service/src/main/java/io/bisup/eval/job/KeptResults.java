package io.bisup.eval.job;

import io.bisup.contract.Digests;
import io.bisup.contract.Json;
import io.bisup.platform.object.ObjectKey;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Results in the object store under the digest of all they depend on: an evaluation that is tried again, or another one that asks
 * the same, finds them there.
 */
final class KeptResults {

    private final ObjectStore objects;

    KeptResults(ObjectStore objects) {
        this.objects = objects;
    }

    /** Measures what is not kept. */
    @FunctionalInterface
    interface Measuring<T> {
        /**
         * Measures.
         *
         * @param digest of the key, which further files may lie under
         */
        T measure(String digest) throws IOException;
    }

    /**
     * The result, found or measured and kept.
     *
     * @param key all that it depends on, as JSON
     * @param file its name in the store
     */
    <T> T of(Object key, String file, Class<T> type, Patience patience, Measuring<T> measuring) throws IOException {
        String digest = Digests.sha256(Json.write(key));
        ObjectKey place = ObjectKeys.responses(digest, file);
        Optional<byte[]> known = patience.ask(() -> objects.read(place));
        if (known.isPresent()) {
            return Json.mapper().readValue(known.get(), type);
        }
        T measured = measuring.measure(digest);
        byte[] bytes = Json.write(measured).getBytes(StandardCharsets.UTF_8);
        patience.tell(() -> objects.put(place, bytes));
        return measured;
    }
}
