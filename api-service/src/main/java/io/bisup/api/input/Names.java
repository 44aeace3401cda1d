package io.bisup.api.input;

import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names that specs may use. */
final class Names {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,127}");

    private Names() {}

    static String require(@Nullable String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw ProblemException.at(
                    ProblemKind.INVALID_SPEC,
                    "/name",
                    name == null ? "is missing" : "is no name",
                    "use 1 to 128 lower-case letters, digits, '.', '_' or '-', starting with a letter or digit");
        }
        return name;
    }

    /** The name of a path, when it can be one; what is no name stands for nothing. */
    static String known(String kind, String name) {
        if (!NAME.matcher(name).matches()) {
            throw unknown(kind, name);
        }
        return name;
    }

    /** 201 with the new resource's address, or 200 when the name stood for these bytes before. */
    static Response registered(boolean created, String path, String name, Object view) {
        return created
                ? Response.created(URI.create(path + "/" + name)).entity(view).build()
                : Response.ok(view).build();
    }

    static ProblemException unknown(String kind, String name) {
        String shown = name.length() > 128 ? name.substring(0, 128) + "…" : name;
        return new ProblemException(ProblemKind.NOT_FOUND, "there is no " + kind + " '" + shown + "'");
    }
}
