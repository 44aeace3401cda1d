package io.bisup.api.input;

import io.bisup.api.ApiConfig;
import io.bisup.api.preflight.Inspection;
import io.bisup.api.preflight.ModelInspector;
import io.bisup.api.preflight.ModelRefusedException;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.Digests;
import io.bisup.contract.ObjectEntry;
import io.bisup.llm.checkpoint.MalformedCheckpointException;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.registry.ModelRegistry;
import io.bisup.platform.registry.NameTakenException;
import io.bisup.platform.registry.RegisteredModel;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.DigestInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Brings a model into the object store: inspected first, then loaded once in a process of its own, then copied and digested in one
 * pass.
 */
@ApplicationScoped
class ModelRegistration {

    /** Says the licence. Models that were registered by the first release lack it: they are the same without. */
    private static final String CARD = "README.md";

    private static final Set<String> SIDE_FILES = Set.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "merges.txt",
            "chat_template.jinja",
            "LICENSE",
            CARD);

    /** Whether a file of this name is part of a model. */
    static boolean reads(String file) {
        return SIDE_FILES.contains(file) || file.endsWith(".safetensors") || file.endsWith(".safetensors.index.json");
    }

    private final ModelSources sources;
    private final ModelTrials trials;
    private final ModelRegistry registry;
    private final ObjectStore objects;
    private final ApiConfig config;

    ModelRegistration(
            ModelSources sources, ModelTrials trials, ModelRegistry registry, ObjectStore objects, ApiConfig config) {
        this.sources = sources;
        this.trials = trials;
        this.registry = registry;
        this.objects = objects;
        this.config = config;
    }

    /**
     * @param model what is registered under the name now
     * @param created whether this request did it
     */
    record Registered(RegisteredModel model, boolean created) {}

    Registered register(String tenant, ModelRequest request) {
        String name = Names.require(request.name());
        ModelSource source = sources.open(request.source());
        Inspection inspection = inspect(source);
        List<String> files = files(source, inspection);
        try {
            Optional<RegisteredModel> existing = registry.find(tenant, name);
            if (existing.isPresent()) {
                return new Registered(requireSame(existing.get(), source, files), false);
            }
            Map<String, String> tried = tried(source, inspection);
            RegisteredModel model = model(name, inspection, requireTried(copy(source, files), tried));
            return new Registered(registry.register(tenant, model), true);
        } catch (IOException e) {
            throw ProblemException.at(
                    ProblemKind.SOURCE_NOT_READABLE,
                    "/source",
                    "broke off while it was read",
                    "check its files and send the request again");
        }
    }

    private static Inspection inspect(ModelSource source) {
        try {
            return ModelInspector.inspect(source);
        } catch (ModelRefusedException e) {
            throw ProblemException.at(e.kind(), "/source", String.valueOf(e.getMessage()), e.remedy());
        } catch (UncheckedIOException e) {
            throw unreadable();
        }
    }

    /** SHA-256 of the small files with which the model could be loaded. */
    private Map<String, String> tried(ModelSource source, Inspection inspection) {
        try {
            return trials.load(source, inspection);
        } catch (UncheckedIOException | MalformedCheckpointException changed) {
            throw unreadable();
        }
    }

    private static ProblemException unreadable() {
        return ProblemException.at(
                ProblemKind.SOURCE_NOT_READABLE, "/source", "has files that cannot be read", "check permissions");
    }

    private List<String> files(ModelSource source, Inspection inspection) {
        List<String> files = new ArrayList<>(inspection.weightFiles());
        source.sizes().keySet().stream().filter(SIDE_FILES::contains).forEach(files::add);
        for (String file : files) {
            if (source.size(file) > config.maxModelFileBytes()) {
                throw ProblemException.at(
                        ProblemKind.SOURCE_NOT_ALLOWED,
                        "/source",
                        file + " has more than the " + config.maxModelFileBytes() + " bytes allowed",
                        "save the model in smaller shards, or raise bisup.api.max-model-file-bytes");
            }
        }
        return files;
    }

    private static RegisteredModel requireSame(RegisteredModel existing, ModelSource source, List<String> files)
            throws IOException {
        boolean cardKept =
                existing.files().stream().anyMatch(kept -> kept.name().equals(CARD));
        List<ObjectEntry> offered = new ArrayList<>();
        for (String file : files) {
            if (file.equals(CARD) && !cardKept) {
                continue;
            }
            offered.add(new ObjectEntry(file, "", source.size(file), digest(source, file)));
        }
        String digest = Digests.of(offered);
        if (!digest.equals(existing.digest())) {
            throw NameTakenException.bytes("model", existing.name(), existing.digest(), digest);
        }
        return existing;
    }

    private static String digest(ModelSource source, String file) throws IOException {
        try (DigestInputStream in = new DigestInputStream(source.open(file), Digests.sha256())) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return Digests.hex(in.getMessageDigest().digest());
        }
    }

    private List<ObjectEntry> copy(ModelSource source, List<String> files) throws IOException {
        UUID upload = UUID.randomUUID();
        List<ObjectEntry> entries = new ArrayList<>();
        for (String file : files) {
            try (InputStream in = source.open(file)) {
                entries.add(objects.put(ObjectKeys.model(upload, file), in, source.size(file)));
            }
        }
        return entries;
    }

    /** A small file that changed between its trial and its copy was not tried. */
    private static List<ObjectEntry> requireTried(List<ObjectEntry> entries, Map<String, String> digests) {
        for (ObjectEntry entry : entries) {
            if (!entry.sha256().equals(digests.getOrDefault(entry.name(), entry.sha256()))) {
                throw ProblemException.at(
                        ProblemKind.SOURCE_NOT_READABLE,
                        "/source",
                        entry.name() + " changed while it was read",
                        "send the request again when nobody writes there");
            }
        }
        return entries;
    }

    private static RegisteredModel model(String name, Inspection inspection, List<ObjectEntry> entries) {
        return new RegisteredModel(
                name,
                Digests.of(entries),
                inspection.config().architecture().className(),
                inspection.config().layers(),
                inspection.parameters(),
                inspection.configJson(),
                entries);
    }
}
