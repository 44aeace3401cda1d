package io.bisup.cli.rest;

import io.bisup.cli.UserErrorException;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads specs and texts from files, with errors that name the file. */
final class SpecFiles {

    private SpecFiles() {}

    /** Reads JSON or YAML (of which JSON is a part), as strictly as the service will. */
    static <T> T read(String file, Class<T> type) {
        try {
            String text = text(file);
            return text.stripLeading().startsWith("{") ? Json.read(text, type) : Json.yaml(text, type);
        } catch (InvalidSpecException e) {
            throw new UserErrorException(file + ": " + e.getMessage());
        }
    }

    static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UserErrorException("cannot read " + file + ": "
                    + (Files.isDirectory(Path.of(file))
                            ? "it is a folder"
                            : Files.exists(Path.of(file))
                                    ? "its permissions forbid it or it is no UTF-8"
                                    : "there is no such file"));
        }
    }
}
