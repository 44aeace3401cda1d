package io.bisup.systemtests.deploy;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bisup.systemtests.Project;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reads YAML files of the project, several documents a file, duplicate keys refused. */
final class YamlFiles {

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private YamlFiles() {}

    static List<JsonNode> documents(String file) throws IOException {
        Path path = Project.home().resolve(file);
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(path.toFile())) {
            return documents.readAll();
        }
    }

    /** What a kustomization lists as its own files. */
    static List<JsonNode> resources(String folder) throws IOException {
        List<JsonNode> all = new java.util.ArrayList<>();
        for (JsonNode resource :
                documents(folder + "/kustomization.yaml").getFirst().path("resources")) {
            if (resource.asText().endsWith(".yaml")) {
                all.addAll(documents(folder + "/" + resource.asText()));
            }
        }
        return all;
    }
}
