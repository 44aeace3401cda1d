package io.bisup.cli.rest;

import io.bisup.cli.UserErrorException;
import io.bisup.cli.suite.SuiteFolders;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** Options that every command against the service has. */
public final class ServiceOptions {

    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "the service (default: BISUP_SERVER, else the suite started by ./bisup up, else localhost:8080)")
    private @Nullable URI server;

    @Option(names = "--json", description = "print JSON for programs, one document a line")
    private boolean json;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            defaultValue = "${env:BISUP_KEY}",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "names the caller to a service that asks (default: BISUP_KEY; the local suite does not ask)")
    private @Nullable String key;

    public boolean json() {
        return json;
    }

    public ServiceClient client() {
        return new ServiceClient(checked(server != null ? server : defaultServer()), key);
    }

    private static URI defaultServer() {
        String configured = System.getenv("BISUP_SERVER");
        if (configured != null && !configured.isBlank()) {
            return URI.create(configured.strip());
        }
        return SuiteFolders.ofHome().address().orElse(URI.create("http://localhost:8080"));
    }

    private static URI checked(URI uri) {
        boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!http || uri.getHost() == null) {
            throw new UserErrorException("'" + uri + "' is no address of a service: write http://host:port");
        }
        return uri;
    }
}
