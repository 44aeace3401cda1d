package io.bisup.llm.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code model.safetensors.index.json}: which shard holds which tensor.
 *
 * @param shardOf file name by tensor name
 */
public record ShardIndex(SequencedMap<String, String> shardOf) {

    /** The file's name in a checkpoint folder. */
    public static final String FILE = "model.safetensors.index.json";

    private static final int MAX_BYTES = 32 << 20;
    /** A plain name: no folders, so no way out of the checkpoint's own. */
    private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,114}\\.safetensors");

    /** The shards in order of first mention. */
    public SequencedSet<String> shards() {
        return new LinkedHashSet<>(shardOf.values());
    }

    /**
     * Reads and checks the index of a folder.
     *
     * @throws MalformedCheckpointException if it is not of the known form or names a file it must not
     */
    public static ShardIndex read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw refused(Code.INDEX_INVALID, null, "the index is over " + MAX_BYTES + " bytes");
            }
            return parse(Files.readAllBytes(file));
        } catch (IOException broken) {
            throw new MalformedCheckpointException(
                    Code.FILE_UNREADABLE, FILE, null, "cannot be read (" + broken + ")", "check its permissions");
        }
    }

    /** Parses the text of an index; the same rules as {@link #read}. */
    public static ShardIndex parse(byte[] text) {
        try (JsonParser json = HeaderParser.JSON.createParser(HeaderParser.utf8(text, FILE))) {
            return new ShardIndex(readRoot(json));
        } catch (JsonProcessingException invalid) {
            throw refused(Code.INDEX_INVALID, null, "the index is not JSON: " + invalid.getOriginalMessage());
        } catch (IOException impossible) {
            throw refused(Code.INDEX_INVALID, null, "the index cannot be read: " + impossible.getMessage());
        }
    }

    private static SequencedMap<String, String> readRoot(JsonParser json) throws IOException {
        SequencedMap<String, String> map = null;
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw refused(Code.INDEX_INVALID, null, "the index is not an object");
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            boolean isMap = json.currentName().equals("weight_map");
            json.nextToken();
            if (isMap && map != null) {
                throw refused(Code.DUPLICATE_KEY, null, "weight_map occurs twice");
            } else if (isMap) {
                map = readMap(json);
            } else {
                json.skipChildren();
            }
        }
        if (map == null || map.isEmpty() || json.nextToken() != null) {
            throw refused(
                    Code.INDEX_INVALID, null, "the index has no weight_map, an empty one, or more than one value");
        }
        return map;
    }

    private static SequencedMap<String, String> readMap(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw refused(Code.INDEX_INVALID, null, "weight_map is not an object");
        }
        SequencedMap<String, String> map = new LinkedHashMap<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String tensor = HeaderParser.requireName(json.currentName(), FILE);
            json.nextToken();
            if (map.put(tensor, readShard(json, tensor)) != null) {
                throw refused(Code.DUPLICATE_KEY, tensor, "the name occurs twice");
            }
        }
        return map;
    }

    private static String readShard(JsonParser json, String tensor) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw refused(Code.INDEX_INVALID, tensor, "its shard is not a string");
        }
        String shard = json.getText();
        if (!SHARD.matcher(shard).matches()) {
            throw refused(
                    Code.INDEX_PATH_REFUSED,
                    tensor,
                    "its shard is not a plain name of letters, digits, '.', '_' and '-' ending in .safetensors");
        }
        return shard;
    }

    private static MalformedCheckpointException refused(Code code, @Nullable String tensor, String cause) {
        return new MalformedCheckpointException(
                code, FILE, tensor, cause, "use the index that save_pretrained() of transformers writes");
    }
}
