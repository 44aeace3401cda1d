package io.bisup.cli.suite;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

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
    private static final String SETTINGS = "settings.properties";
    private static final String PORT = "port";

    /** The suite of this checkout: in {@code .bisup} of the project's folder, or where {@code bisup.state} says. */
    public static SuiteFolders ofHome() {
        Path home = absolute(System.getProperty("bisup.home", "."));
        String elsewhere = System.getProperty("bisup.state", "");
        Path state = elsewhere.isBlank() ? home.resolve(".bisup") : absolute(elsewhere);
        return new SuiteFolders(home, state, state.resolve("data"));
    }

    private static Path absolute(String folder) {
        return Path.of(folder).toAbsolutePath().normalize();
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

    /** Notes where a member answers, so that it is started again there. */
    void remember(Member member, URI address) throws IOException {
        Files.writeString(run().resolve(member.id() + "." + ADDRESS), address + "\n");
    }

    void forget(Member member) throws IOException {
        Files.deleteIfExists(run().resolve(member.id() + "." + ADDRESS));
    }

    /** Where a member answers, or answered before it died. */
    Optional<URI> address(Member member) {
        try {
            Path file = run().resolve(member.id() + "." + ADDRESS);
            return Files.exists(file)
                    ? Optional.of(URI.create(Files.readString(file).strip()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the address of " + member.id(), e);
        }
    }

    /** Notes how the suite was started. */
    void remember(SuiteSettings settings) throws IOException {
        Properties properties = new Properties();
        properties.putAll(settings.properties());
        properties.setProperty(PORT, String.valueOf(settings.port()));
        try (Writer out = Files.newBufferedWriter(run().resolve(SETTINGS))) {
            properties.store(out, null);
        }
    }

    /** How the suite was started. */
    SuiteSettings settings() {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(run().resolve(SETTINGS))) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the suite's settings", e);
        }
        Map<String, String> all = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> all.put(name, properties.getProperty(name)));
        int port = Integer.parseInt(all.remove(PORT));
        return new SuiteSettings(port, all);
    }

    void create() throws IOException {
        Files.createDirectories(run());
        Files.createDirectories(logs());
        Files.createDirectories(data);
    }
}
