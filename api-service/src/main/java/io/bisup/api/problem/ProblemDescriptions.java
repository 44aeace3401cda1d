package io.bisup.api.problem;

import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** Describes, for every operation, the refusals that it shares with the others and the document that tells them. */
@OpenApiFilter(OpenApiFilter.RunStage.BUILD)
public final class ProblemDescriptions implements OASFilter {

    /** Descriptions that the scanner writes by itself. */
    private static final Set<String> FRAMEWORKS_WORDS = Set.of("Bad Request", "Not Authorized", "Not Allowed");

    private static final String PROBLEM = "#/components/schemas/Problem";

    @Override
    public void filterOpenAPI(OpenAPI api) {
        if (api.getComponents() == null) {
            api.setComponents(OASFactory.createComponents());
        }
        api.getComponents().addSchema("Problem", problem()).addSchema("FieldError", fieldError());
        api.getPaths()
                .getPathItems()
                .forEach((path, item) -> item.getOperations().values().forEach(operation -> describe(path, operation)));
    }

    private static void describe(String path, Operation operation) {
        refusals(path, operation).forEach((status, text) -> {
            APIResponse known = operation.getResponses().getAPIResponse(status);
            if (known == null || FRAMEWORKS_WORDS.contains(known.getDescription())) {
                operation
                        .getResponses()
                        .addAPIResponse(status, OASFactory.createAPIResponse().description(text));
            }
        });
        operation.getResponses().getAPIResponses().forEach((status, response) -> {
            if (status.startsWith("4") || status.startsWith("5")) {
                response.setContent(OASFactory.createContent()
                        .addMediaType(
                                ProblemResponses.MEDIA_TYPE,
                                OASFactory.createMediaType()
                                        .schema(OASFactory.createSchema().ref(PROBLEM))));
            }
        });
    }

    /** What an operation of this kind can be refused for, by status. */
    private static Map<String, String> refusals(String path, Operation operation) {
        Map<String, String> refusals = new TreeMap<>(Map.of(
                "400", "The request cannot be read",
                "401", "The request names nobody",
                "403", "The caller, or the page that calls, may not do this",
                "421", "The request names a Host that is not served",
                "429", "The tenant sends more than it may; Retry-After says when to go on",
                "503", "A store is away, or the service is busy; Retry-After says when to try again"));
        if (path.contains("{")) {
            refusals.put("404", "There is no such resource in the caller's tenant");
        }
        if (operation.getRequestBody() != null) {
            refusals.put("413", "The body is too large");
            refusals.put("415", "The body has the wrong content type");
            refusals.put("422", "A field cannot be meant: errors[] names it, the cause and a remedy");
        }
        return refusals;
    }

    private static Schema problem() {
        return object("An error (RFC 9457)")
                .addProperty("type", text("URI of the kind of problem"))
                .addProperty("title", text("the kind in words"))
                .addProperty("status", type(Schema.SchemaType.INTEGER, "HTTP status"))
                .addProperty("detail", text("this occurrence, with cause and remedy"))
                .addProperty("instance", text("the request's path"))
                .addProperty(
                        "code",
                        text("the kind for programs")
                                .enumeration(List.<Object>copyOf(Arrays.stream(ProblemKind.values())
                                        .map(Enum::name)
                                        .toList())))
                .addProperty("retryable", type(Schema.SchemaType.BOOLEAN, "whether the same request can succeed later"))
                .addProperty(
                        "errors",
                        type(Schema.SchemaType.ARRAY, "one entry per field at fault")
                                .items(OASFactory.createSchema().ref("#/components/schemas/FieldError")))
                .required(List.of("type", "title", "status", "detail", "code", "retryable", "errors"));
    }

    private static Schema fieldError() {
        return object("What is wrong with one field")
                .addProperty("pointer", text("JSON Pointer of the field"))
                .addProperty("message", text("what is wrong"))
                .addProperty("remedy", text("what to send instead"))
                .required(List.of("pointer", "message", "remedy"));
    }

    private static Schema object(String description) {
        return type(Schema.SchemaType.OBJECT, description);
    }

    private static Schema text(String description) {
        return type(Schema.SchemaType.STRING, description);
    }

    private static Schema type(Schema.SchemaType type, String description) {
        return OASFactory.createSchema().addType(type).description(description);
    }
}
