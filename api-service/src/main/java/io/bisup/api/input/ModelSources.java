package io.bisup.api.input;

import io.bisup.api.ApiConfig;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.platform.object.ImportFolders;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Opens the sources that are allowed, and no other: this service fetches nothing from addresses that users write. */
@ApplicationScoped
class ModelSources {

    private final ApiConfig config;
    private final ImportFolders imports;

    ModelSources(ApiConfig config, ImportFolders imports) {
        this.config = config;
        this.imports = imports;
    }

    ModelSource open(@Nullable String source) {
        URI uri = parse(source);
        return switch (String.valueOf(uri.getScheme())) {
            case "file" -> folder(uri);
            case "s3" -> bucket(uri);
            default -> throw notAllowed("scheme '" + uri.getScheme() + "' is not known");
        };
    }

    private ModelSource folder(URI uri) {
        if (!config.local()) {
            throw notAllowed("file: sources are read only in the local profile");
        }
        try {
            return LocalFolder.open(Path.of(uri));
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw ProblemException.at(
                    ProblemKind.SOURCE_NOT_READABLE, "/source", "is no path of this machine", "write file:/folder");
        }
    }

    private ModelSource bucket(URI uri) {
        String bucket = uri.getAuthority();
        String path = uri.getPath();
        if (bucket == null || !config.importBuckets().orElse(Set.of()).contains(bucket)) {
            throw notAllowed("bucket '" + withoutUser(bucket) + "' may not be imported from");
        }
        if (path == null || uri.getQuery() != null || uri.getFragment() != null) {
            throw notAllowed("only s3://bucket/prefix is understood");
        }
        String prefix = path.replaceAll("^/+|/+$", "");
        try {
            return new BucketFolder(imports, new ImportFolders.Folder(bucket, prefix.isEmpty() ? "" : prefix + "/"));
        } catch (IOException e) {
            throw ProblemException.at(
                    ProblemKind.SOURCE_NOT_READABLE,
                    "/source",
                    "cannot be listed",
                    "check bucket, prefix and permissions");
        }
    }

    /** What stands before an @ may be a password: it is not repeated. */
    private static String withoutUser(@Nullable String authority) {
        return authority == null ? "" : authority.substring(authority.lastIndexOf('@') + 1);
    }

    private static URI parse(@Nullable String source) {
        if (source == null) {
            throw ProblemException.at(
                    ProblemKind.INVALID_SPEC, "/source", "is missing", "add it, as s3://bucket/prefix");
        }
        try {
            return new URI(source);
        } catch (URISyntaxException e) {
            throw ProblemException.at(
                    ProblemKind.INVALID_SPEC, "/source", "is no URI: " + e.getReason(), "write s3://bucket/prefix");
        }
    }

    static ProblemException notAllowed(String message) {
        return ProblemException.at(
                ProblemKind.SOURCE_NOT_ALLOWED,
                "/source",
                message,
                "use s3://bucket/prefix with a bucket of bisup.api.import-buckets, or file:/folder in the local profile");
    }
}
