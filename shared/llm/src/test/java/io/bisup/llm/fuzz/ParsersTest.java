package io.bisup.llm.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.recipe.RecipeDocument;
import io.bisup.llm.checkpoint.MalformedCheckpointException;
import io.bisup.llm.checkpoint.SafetensorsHeader;
import io.bisup.llm.checkpoint.ShardIndex;
import io.bisup.llm.checkpoint.TokenizerDocument;
import io.bisup.llm.config.ConfigDocument;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelConfigException;
import io.bisup.llm.peer.QuantizedModel;
import java.nio.charset.StandardCharsets;

/**
 * S-02: whatever a file or a document holds, its reader takes it or refuses it in its own words; no other exception, no
 * hang, no memory beyond its size. In a build each runs on its seeds, {@code ./bisup fuzz} has Jazzer search from them.
 */
class ParsersTest {

    private static final long LARGE_FILE = 1L << 40;

    /** Of the embedding that a tokenizer's ids must lie in. */
    private static final int ROWS = 512;

    @FuzzTest(maxDuration = "1m")
    void safetensorsHeader(byte[] json) {
        try {
            SafetensorsHeader.parse(json, LARGE_FILE, "fuzzed");
        } catch (MalformedCheckpointException refused) {
            require(refused.getMessage().contains("fuzzed"), refused);
        }
    }

    @FuzzTest(maxDuration = "1m")
    void shardIndex(byte[] json) {
        try {
            ShardIndex.parse(json);
        } catch (MalformedCheckpointException refused) {
            require(refused.getMessage().contains(ShardIndex.FILE), refused);
        }
    }

    @FuzzTest(maxDuration = "1m")
    void modelConfig(byte[] json) {
        try {
            DecoderConfig.parse(json);
        } catch (ModelConfigException refused) {
            require(!refused.getMessage().isBlank(), refused);
        }
    }

    /** What another tool says of its checkpoint. */
    @FuzzTest(maxDuration = "1m")
    void quantizationConfig(byte[] json) {
        try {
            ConfigDocument document = ConfigDocument.parse(json);
            if (document.quantization() != null) {
                QuantizedModel.of(document);
            }
        } catch (ModelConfigException refused) {
            require(!refused.getMessage().isBlank(), refused);
        }
    }

    @FuzzTest(maxDuration = "1m")
    void tokenizerDocument(byte[] json) {
        try {
            TokenizerDocument.check(json, ROWS);
        } catch (MalformedCheckpointException refused) {
            require(refused.getMessage().contains(TokenizerDocument.FILE), refused);
        }
    }

    @FuzzTest(maxDuration = "1m")
    void recipe(byte[] yaml) {
        try {
            Json.yaml(new String(yaml, StandardCharsets.UTF_8), RecipeDocument.class);
        } catch (InvalidSpecException refused) {
            require(!refused.getMessage().isBlank(), refused);
        }
    }

    @FuzzTest(maxDuration = "1m")
    void jobSpec(byte[] json) {
        try {
            Json.read(new String(json, StandardCharsets.UTF_8), QuantizationJobSpec.class);
        } catch (InvalidSpecException refused) {
            require(!refused.getMessage().isBlank(), refused);
        }
    }

    private static void require(boolean said, RuntimeException refused) {
        if (!said) {
            throw new AssertionError("the refusal does not say of what", refused);
        }
    }
}
