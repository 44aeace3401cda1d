package io.bisup.systemtests.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The manifests of k8s/: what Pod Security "restricted" asks for, and what refers to what. */
class ManifestsTest {

    private static List<JsonNode> resources;

    @BeforeAll
    static void read() throws IOException {
        resources = YamlFiles.resources("k8s/base");
    }

    private static List<JsonNode> of(String kind) {
        return resources.stream()
                .filter(r -> r.path("kind").asText().equals(kind))
                .toList();
    }

    private static String name(JsonNode resource) {
        return resource.at("/metadata/name").asText();
    }

    @Test
    void everyServiceIsDeployed() {
        assertThat(of("Deployment"))
                .extracting(ManifestsTest::name)
                .containsExactlyInAnyOrder("api-service", "worker-service", "eval-service");
    }

    @Test
    void podsAreRestricted() {
        for (JsonNode deployment : of("Deployment")) {
            JsonNode pod = deployment.at("/spec/template/spec");
            assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
            assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
            assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
            for (JsonNode container : pod.path("containers")) {
                JsonNode security = container.path("securityContext");
                assertThat(security.path("allowPrivilegeEscalation").asBoolean(true))
                        .isFalse();
                assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
                assertThat(security.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
            }
            pod.path("volumes").forEach(v -> assertThat(v.has("hostPath")).isFalse());
        }
    }

    @Test
    void containersHaveProbesAndAMemoryLimit() {
        for (JsonNode deployment : of("Deployment")) {
            for (JsonNode container : deployment.at("/spec/template/spec/containers")) {
                assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
                assertThat(container.at("/resources/requests/cpu").asText()).isNotEmpty();
                assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/q/health/live");
                // An api-service answers while a store is away; workers and evaluators serve nobody.
                boolean answers = container.path("name").asText().equals("api-service");
                assertThat(container.at("/readinessProbe/httpGet/path").asText())
                        .isEqualTo(answers ? "/q/health/started" : "/q/health/ready");
                assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/q/health/started");
            }
        }
    }

    @Test
    void selectorsFindPods() {
        Set<JsonNode> labels = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
        of("Deployment").forEach(d -> labels.add(d.at("/spec/template/metadata/labels")));

        of("Deployment").forEach(d -> assertMatches(d.at("/spec/selector/matchLabels"), labels));
        of("Service").forEach(s -> assertMatches(s.at("/spec/selector"), labels));
        of("PodDisruptionBudget").forEach(p -> assertMatches(p.at("/spec/selector/matchLabels"), labels));
        of("NetworkPolicy").forEach(p -> assertMatches(p.at("/spec/podSelector/matchLabels"), labels));
    }

    private static void assertMatches(JsonNode selector, Set<JsonNode> labels) {
        assertThat(selector.isObject()).isTrue();
        assertThat(labels)
                .anyMatch(l -> selector.properties().stream()
                        .allMatch(e -> e.getValue().equals(l.path(e.getKey()))));
    }

    @Test
    void mountsNameVolumesAndServicesNamePorts() {
        for (JsonNode deployment : of("Deployment")) {
            JsonNode pod = deployment.at("/spec/template/spec");
            Set<String> volumes = new TreeSet<>(pod.path("volumes").findValuesAsText("name"));
            assertThat(volumes).containsAll(pod.at("/containers/0/volumeMounts").findValuesAsText("name"));
        }
        for (JsonNode service : of("Service")) {
            assertThat(service.at("/spec/ports/0/targetPort").asText()).isEqualTo("http");
        }
    }

    @Test
    void thePatchForGpusPatchesAContainerThatExists() throws IOException {
        JsonNode kustomization =
                YamlFiles.documents("k8s/gpu/kustomization.yaml").getFirst();
        assertThat(kustomization.at("/resources/0").asText()).isEqualTo("../base");
        JsonNode patch = YamlFiles.documents(
                        "k8s/gpu/" + kustomization.at("/patches/0/path").asText())
                .getFirst();

        assertThat(of("Deployment")).anySatisfy(deployment -> {
            assertThat(name(deployment)).isEqualTo(name(patch));
            assertThat(deployment.at("/spec/template/spec/containers/0/name"))
                    .isEqualTo(patch.at("/spec/template/spec/containers/0/name"));
        });
    }
}
