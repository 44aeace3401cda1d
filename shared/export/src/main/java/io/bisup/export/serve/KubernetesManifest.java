package io.bisup.export.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.Recipe;

/** A Deployment and a Service that run vLLM on one export; the folder is mounted from a PersistentVolumeClaim. */
public final class KubernetesManifest {

    /** The release whose flags {@link Serving} names. */
    private static final String IMAGE = "vllm/vllm-openai:v0.33.0";

    private static final int PORT = 8000;
    private static final String MOUNT = "/model";
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .build();

    private final String name;

    /** @param name of both objects and of the claim: a DNS label */
    public KubernetesManifest(String name) {
        this.name = name;
    }

    /** Two YAML documents. */
    public String text(ExportFormat format, Recipe recipe) {
        return write(deployment(format, recipe)) + "---\n" + write(service());
    }

    private static String write(ObjectNode document) {
        try {
            return YAML.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write a manifest", e);
        }
    }

    private ObjectNode deployment(ExportFormat format, Recipe recipe) {
        ObjectNode deployment = document("apps/v1", "Deployment");
        ObjectNode spec = deployment.putObject("spec");
        spec.put("replicas", 1);
        spec.putObject("selector").putObject("matchLabels").put("app", name);
        ObjectNode template = spec.putObject("template");
        template.putObject("metadata").putObject("labels").put("app", name);
        ObjectNode pod = template.putObject("spec");
        container(pod.putArray("containers").addObject(), format, recipe);
        ObjectNode model = pod.putArray("volumes").addObject();
        model.put("name", "model");
        model.putObject("persistentVolumeClaim").put("claimName", name).put("readOnly", true);
        ObjectNode memory = pod.withArray("volumes").addObject();
        memory.put("name", "shm");
        memory.putObject("emptyDir").put("medium", "Memory").put("sizeLimit", "2Gi");
        return deployment;
    }

    private static void container(ObjectNode container, ExportFormat format, Recipe recipe) {
        container.put("name", "vllm");
        container.put("image", IMAGE);
        // The image's entry point is `vllm serve`.
        ArrayNode args = container.putArray("args");
        Serving.behindServe(format, recipe, MOUNT).forEach(args::add);
        container.putArray("ports").addObject().put("name", "http").put("containerPort", PORT);
        container.putObject("resources").putObject("limits").put("nvidia.com/gpu", "1");
        probe(container.putObject("startupProbe"), 10).put("failureThreshold", 120);
        probe(container.putObject("readinessProbe"), 10);
        probe(container.putObject("livenessProbe"), 30);
        ArrayNode mounts = container.putArray("volumeMounts");
        mounts.addObject().put("name", "model").put("mountPath", MOUNT).put("readOnly", true);
        mounts.addObject().put("name", "shm").put("mountPath", "/dev/shm");
    }

    private static ObjectNode probe(ObjectNode probe, int seconds) {
        probe.putObject("httpGet").put("path", "/health").put("port", "http");
        return probe.put("periodSeconds", seconds);
    }

    private ObjectNode service() {
        ObjectNode service = document("v1", "Service");
        ObjectNode spec = service.putObject("spec");
        spec.putObject("selector").put("app", name);
        spec.putArray("ports").addObject().put("name", "http").put("port", PORT).put("targetPort", "http");
        return service;
    }

    private ObjectNode document(String version, String kind) {
        ObjectNode document = Json.mapper().createObjectNode();
        document.put("apiVersion", version);
        document.put("kind", kind);
        document.putObject("metadata").put("name", name).putObject("labels").put("app", name);
        return document;
    }
}
