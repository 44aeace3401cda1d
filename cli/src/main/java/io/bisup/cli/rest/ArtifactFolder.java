package io.bisup.cli.rest;

import io.bisup.cli.UserErrorException;
import io.bisup.contract.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An artifact that a command was given: a folder, or the id of a job, whose artifact is downloaded and deleted again.
 *
 * @param path the folder
 * @param model the job's name for the model that it was made of; blank where a folder was given
 */
public record ArtifactFolder(Path path, String model, boolean temporary) implements AutoCloseable {

    /**
     * Finds or fetches it.
     *
     * @param given a folder's path, or a job's id
     * @param beside where to put a download: the place where its result will lie has room for it
     */
    public static ArtifactFolder of(String given, ServiceOptions service, Path beside) throws IOException {
        Path folder = Path.of(given);
        if (Files.isDirectory(folder)) {
            return new ArtifactFolder(folder, "", false);
        }
        if (given.contains("/") || Files.exists(folder)) {
            throw new UserErrorException(given + " is no folder; give an artifact's folder, or a job's id");
        }
        ServiceClient client = service.client();
        JobView job = new Jobs(client).get(given);
        Path parent = beside.toAbsolutePath().resolveSibling("");
        Files.createDirectories(parent);
        ArtifactFolder download =
                new ArtifactFolder(Files.createTempDirectory(parent, ".artifact-"), job.model(), true);
        boolean done = false;
        try {
            ArtifactDownload.of(client, "/v1/artifacts/" + job.id()).into(download.path(), file -> {});
            done = true;
            return download;
        } finally {
            if (!done) {
                download.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (temporary) {
            Folders.delete(path);
        }
    }
}
