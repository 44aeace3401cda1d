package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ExitCode;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.Json;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Keys of a service that asks who calls; for operators. */
@Command(name = "keys", description = "Make, list and revoke keys (operators).", mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class KeysCommand {

    private static final String PATH = "/v1/admin/keys";

    @Spec
    private CommandSpec spec;

    @Command(
            name = "create",
            description = "Make a key and print it; it is shown this once.",
            mixinStandardHelpOptions = true)
    int create(
            @Mixin ServiceOptions service,
            @Option(names = "--tenant", paramLabel = "ID", required = true, description = "whose; made when it is new")
                    String tenant,
            @Option(names = "--name", paramLabel = "TEXT", required = true, description = "what its owner calls it")
                    String name,
            @Option(
                            names = "--role",
                            paramLabel = "submitter|operator",
                            defaultValue = "submitter",
                            description = "what its bearer may do (default: submitter)")
                    String role,
            @Option(names = "--days", paramLabel = "N", description = "how long it holds (default: for ever)") @Nullable
                    Integer days) {
        Map<String, Object> wanted = new TreeMap<>(Map.of("tenant", tenant, "name", name, "role", role));
        if (days != null) {
            if (days < 1) {
                throw new UserErrorException("--days: '" + days + "' is no number of days; write 1 or more");
            }
            wanted.put("expiresAt", Instant.now().plus(Duration.ofDays(days)).toString());
        }
        JsonNode made = service.client().post(PATH, Json.write(wanted), Map.of());
        out().println(
                        service.json()
                                ? ServiceClient.line(made)
                                : made.path("key").asText());
        return ExitCode.OK;
    }

    @Command(name = "list", description = "List the keys, without their secrets.", mixinStandardHelpOptions = true)
    int list(@Mixin ServiceOptions service) {
        for (JsonNode key : service.client().get(PATH).path("items")) {
            out().println(service.json() ? ServiceClient.line(key) : line(key));
        }
        return ExitCode.OK;
    }

    @Command(name = "revoke", description = "End a key's validity at once.", mixinStandardHelpOptions = true)
    int revoke(
            @Mixin ServiceOptions service,
            @Parameters(paramLabel = "ID", description = "the key's id, as list shows it") String id) {
        if (!id.matches("[0-9a-f]{16}")) {
            throw new UserErrorException("'" + id + "' is no key's id: ./bisup keys list shows them");
        }
        JsonNode key = service.client().post(PATH + "/" + id + ":revoke", null, Map.of());
        out().println(service.json() ? ServiceClient.line(key) : line(key));
        return ExitCode.OK;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private static String line(JsonNode key) {
        String end = key.has("revokedAt")
                ? "revoked " + key.path("revokedAt").asText()
                : key.has("expiresAt") ? "until " + key.path("expiresAt").asText() : "valid";
        return String.format(
                "%s  %-20s  %-10s  %-24s  %s",
                key.path("id").asText(),
                key.path("tenant").asText(),
                key.path("role").asText().toLowerCase(java.util.Locale.ROOT),
                key.path("name").asText(),
                end);
    }
}
