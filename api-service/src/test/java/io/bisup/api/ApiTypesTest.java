package io.bisup.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Operations;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The dashboard's own types say nothing that the API's description does not: a field renamed there is found here. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class ApiTypesTest {

    private static final Pattern INTERFACE =
            Pattern.compile("export interface (\\w+)(?: extends (\\w+))? \\{(.*?)\\n?\\}\\n", Pattern.DOTALL);
    private static final Pattern FIELD = Pattern.compile("(?:^|[;\\s])(\\w+)\\??: ");
    /** Where the page calls a schema by another name. */
    private static final Map<String, String> SCHEMAS = Map.ofEntries(
            Map.entry("Job", "JobView"),
            Map.entry("ErrorMap", "PropagationResult"),
            Map.entry("ErrorBlock", "Block"),
            Map.entry("Spec", "QuantizationJobSpec"),
            Map.entry("Perplexity", "PerplexityResult"),
            Map.entry("Manifest", "ArtifactManifest"),
            Map.entry("ArtifactFile", "ObjectEntry"),
            Map.entry("ModelFile", "FileView"),
            Map.entry("Model", "ModelView"),
            Map.entry("Dataset", "DatasetView"),
            Map.entry("Recipe", "RecipeView"),
            Map.entry("Evaluation", "EvaluationRecord"),
            Map.entry("Serving", "ServedAs"),
            Map.entry("Export", "ExportView"),
            Map.entry("Exports", "ExportsView"));

    @Test
    void everyFieldIsDescribed() throws Exception {
        JsonNode schemas = Operations.openApi().at("/components/schemas");
        Matcher types = INTERFACE.matcher(Files.readString(Path.of("src/main/resources/web/app/api.ts")));
        int checked = 0;
        while (types.find()) {
            String name = types.group(1);
            JsonNode properties = schemas.path(SCHEMAS.getOrDefault(name, name)).path("properties");
            assertThat(properties.isMissingNode()).as(name + " is described").isFalse();
            Matcher fields = FIELD.matcher(types.group(3).replaceAll("\\{[^{}]*\\}", "object"));
            while (fields.find()) {
                assertThat(properties.has(fields.group(1)))
                        .as(name + "." + fields.group(1))
                        .isTrue();
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(60);
    }
}
