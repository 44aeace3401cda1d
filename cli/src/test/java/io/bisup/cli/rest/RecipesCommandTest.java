package io.bisup.cli.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Json;
import org.junit.jupiter.api.Test;

class RecipesCommandTest {

    private static String row(String json) {
        return RecipesCommand.row(Json.read(json, com.fasterxml.jackson.databind.JsonNode.class));
    }

    @Test
    void aRowSaysWhatARecipeCostsAndIsFor() {
        assertThat(row("""
                        {"name": "bisup-quarot-w3a3-g128", "code": "W3A3KV3-g128", "bitsPerWeight": 3.375,
                         "needs": ["calibration", "training", "prefix"], "serving": [{"format": "gguf", "possible": false}, {"format": "hf-fake", "possible": true}], "about": {"purpose": "To try."}}
                        """))
                .isEqualTo(
                        "bisup-quarot-w3a3-g128    W3A3KV3-g128      3.375  calibration, training, prefix -                                To try.");
        assertThat(row("""
                        {"name": "rtn-w8a8", "code": "W8A8KV16-channel", "bitsPerWeight": 8.0039, "needs": [],
                         "serving": [{"format": "compressed-tensors", "possible": true}, {"format": "gguf", "possible": true}], "about": {"purpose": "To begin with."}}
                        """))
                .isEqualTo(
                        "rtn-w8a8                  W8A8KV16-channel  8.004  nothing                       compressed-tensors, gguf         To begin with.");
    }
}
