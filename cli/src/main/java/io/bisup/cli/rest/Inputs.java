package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The registered models and data sets of a service. */
public final class Inputs {

    private static final String MODELS = "/v1/models";
    private static final String DATASETS = "/v1/datasets";

    private final ServiceClient client;

    public Inputs(ServiceClient client) {
        this.client = client;
    }

    /**
     * Registers a model; again with the same bytes is a no-op.
     *
     * @param source {@code s3://bucket/prefix}, or a folder of this machine, which a suite on the same machine reads itself
     */
    public JsonNode addModel(String name, String source) {
        String uri = source.contains("://") ? source : folder(Path.of(source));
        return client.post(MODELS, Json.write(Map.of("name", name, "source", uri)), Map.of());
    }

    /** Uploads a data set of documents or text, read as its file's name says; see {@link DatasetFormat#ofFileName}. */
    public JsonNode addDataset(String name, Path file) {
        return addDataset(name, file, DatasetFormat.ofFileName(file.toString()), null);
    }

    /**
     * Uploads a data set.
     *
     * @param format how it is read
     * @param task whose fields its rows have; null for text and documents
     */
    public JsonNode addDataset(String name, Path file, DatasetFormat format, @Nullable String task) {
        if (Files.isDirectory(file)) {
            throw new UserErrorException(
                    file + " is a folder: name one file, or join its files first (cat FOLDER/*.txt > all.txt)");
        }
        if (!Files.isRegularFile(file)) {
            throw new UserErrorException("cannot read " + file + ": there is no such file");
        }
        if (!Files.isReadable(file)) {
            throw new UserErrorException("cannot read " + file + ": its permissions forbid it");
        }
        String query = "?format=" + format.id() + (task == null ? "" : "&task=" + task);
        return client.put(
                DATASETS + "/" + URLEncoder.encode(name, StandardCharsets.UTF_8) + query,
                file,
                "application/octet-stream");
    }

    public JsonNode models() {
        return client.get(MODELS).path("items");
    }

    public JsonNode datasets() {
        return client.get(DATASETS).path("items");
    }

    private static String folder(Path path) {
        if (!Files.isDirectory(path)) {
            throw new UserErrorException("'" + path + "' is no folder with a Hugging Face checkpoint");
        }
        return path.toAbsolutePath().normalize().toUri().toString();
    }
}
