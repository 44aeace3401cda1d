package io.bisup.cli.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a suite of processes keeps its things.
 *
 * @param home the project's folder, where the packaged modules lie
 * @param state parent of run (process ids and addresses), logs and work
 * @param data what survives a restart: the stores' files
 */
public record SuiteFolders(Path home, Path state, Path data) {

    private static final String ADDRESS = "address";
    private static final String STORES = "stores";

    /** The suite of this checkout: {@code .bisup} in the project's folder. */
    public static SuiteFolders ofHome() {
        Path home =
                Path.of(System.getProperty("bisup.home", ".")).toAbsolutePath().normalize();
        Path state = home.resolve(".bisup");
        return new SuiteFolders(home, state, state.resolve("data"));
    }

    /** The same suite over other data. */
    public SuiteFolders withData(Path other) {
        return new SuiteFolders(home, state, other);
    }

    public Path run() {
        return state.resolve("run");
    }

    public Path logs() {
        return state.resolve("logs");
    }

    /** Scratch space of a service: fetched models, unfinished blocks. */
    public Path work(Member member) {
        return data.resolve("work").resolve(member.id());
    }

    /** The stores' files. */
    public Path stores() {
        return data.resolve("stores");
    }

    /** Where local-stack writes how to reach the stores, while it is up. */
    public Path stackProperties() {
        return stores().resolve("stack.properties");
    }

    /** Where the running suite's api-service answers. */
    public Optional<URI> address() {
        try {
            Path file = run().resolve(ADDRESS);
            return Files.exists(file)
                    ? Optional.of(URI.create(Files.readString(file).strip()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the suite's address", e);
        }
    }

    void writeAddress(URI address) throws IOException {
        Files.writeString(run().resolve(ADDRESS), address + "\n");
    }

    void forgetAddress() throws IOException {
        Files.deleteIfExists(run().resolve(ADDRESS));
    }

    /** Notes which data the suite runs on: {@code ./bisup down} stops the demo's stores as well. */
    void rememberStores() throws IOException {
        Files.writeString(run().resolve(STORES), stores() + "\n");
    }

    Path storesLastUsed() throws IOException {
        Path file = run().resolve(STORES);
        return Files.exists(file) ? Path.of(Files.readString(file).strip()) : stores();
    }

    void create() throws IOException {
        Files.createDirectories(run());
        Files.createDirectories(logs());
        Files.createDirectories(data);
    }
}
