package io.bisup.api.browser;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds a Chromium: {@code BISUP_BROWSER}; the PATH and the usual places; the project's cache and Playwright's; and in CI, as
 * root on a system with apt-get, Debian's package.
 */
final class Browsers {

    private static final List<String> NAMES =
            List.of("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
    private static final List<Path> PLACES = List.of(
            Path.of("/usr/bin"),
            Path.of("/usr/local/bin"),
            Path.of("/snap/bin"),
            Path.of("/opt/google/chrome"),
            Path.of("/Applications/Google Chrome.app/Contents/MacOS"));
    private static final List<String> CACHES = List.of(".cache/bisup/browser", ".cache/ms-playwright");

    private Browsers() {}

    /** An executable; nothing when there is none, which is an error where {@code CI=true}. */
    static Optional<Path> find() throws IOException, InterruptedException {
        Optional<Path> found = installed();
        if (found.isEmpty() && inCi() && mayInstall()) {
            install();
            found = installed();
        }
        if (found.isEmpty() && inCi()) {
            throw new IllegalStateException("no browser: install chromium-headless-shell or set BISUP_BROWSER");
        }
        return found;
    }

    private static Optional<Path> installed() throws IOException {
        String own = System.getenv("BISUP_BROWSER");
        if (own != null) {
            if (!Files.isExecutable(Path.of(own))) {
                throw new IllegalStateException("BISUP_BROWSER=" + own + " cannot be executed");
            }
            return Optional.of(Path.of(own));
        }
        Optional<Path> inPlace = folders()
                .flatMap(folder -> NAMES.stream().map(folder::resolve))
                .filter(Files::isExecutable)
                .findFirst();
        return inPlace.isPresent() ? inPlace : cached();
    }

    private static Stream<Path> folders() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(
                Arrays.stream(path.split(File.pathSeparator, -1))
                        .filter(p -> !p.isBlank())
                        .map(Path::of),
                PLACES.stream());
    }

    private static Optional<Path> cached() throws IOException {
        for (String cache : CACHES) {
            Path folder = Path.of(System.getProperty("user.home"), cache);
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.walk(folder, 4)) {
                    Optional<Path> found = files.filter(Browsers::isBrowser).findFirst();
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isBrowser(Path file) {
        String name = file.getFileName().toString();
        return (NAMES.contains(name) || name.equals("chrome") || name.equals("headless_shell"))
                && Files.isRegularFile(file)
                && Files.isExecutable(file);
    }

    private static boolean inCi() {
        return "true".equals(System.getenv("CI"));
    }

    private static boolean mayInstall() {
        return "root".equals(System.getProperty("user.name")) && Files.isExecutable(Path.of("/usr/bin/apt-get"));
    }

    private static void install() throws IOException, InterruptedException {
        new ProcessBuilder("apt-get", "install", "-y", "--no-install-recommends", "chromium-headless-shell")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
