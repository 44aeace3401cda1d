package io.bisup.systemtests.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.systemtests.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ComposeTest {

    private static JsonNode compose;

    @BeforeAll
    static void read() throws IOException {
        compose = YamlFiles.documents("docker-compose.yml").getFirst();
    }

    @Test
    void imagesOfOthersArePinned() {
        compose.path("services")
                .forEach(s -> assertThat(s.path("image").asText()).matches(".+:[0-9].*"));
    }

    @Test
    void everyVolumeIsDeclaredAndEveryDeclaredVolumeUsed() {
        Set<String> used = new TreeSet<>();
        compose.path("services")
                .forEach(s -> s.path("volumes").forEach(v -> used.add(v.asText().split(":", -1)[0])));
        Set<String> declared = new TreeSet<>();
        compose.path("volumes").fieldNames().forEachRemaining(declared::add);

        assertThat(used).isEqualTo(declared);
    }

    @Test
    void servicesAreBuiltFromModules() {
        for (Map.Entry<String, JsonNode> service : compose.path("services").properties()) {
            JsonNode module = service.getValue().at("/build/args/SERVICE");
            if (!module.isMissingNode()) {
                assertThat(module.asText()).isEqualTo(service.getKey());
                assertThat(Files.exists(Project.home().resolve(module.asText()).resolve("pom.xml")))
                        .isTrue();
            }
        }
    }

    @Test
    void onlyTheDoorIsOpenAndOnlyToThisMachine() {
        Set<String> ports = new TreeSet<>();
        compose.path("services").forEach(s -> s.path("ports").forEach(p -> ports.add(p.asText())));

        assertThat(ports).containsExactly("127.0.0.1:8080:8080");
    }
}
