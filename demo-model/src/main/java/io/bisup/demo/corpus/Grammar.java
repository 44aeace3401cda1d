package io.bisup.demo.corpus;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Named rules, each a list of alternatives. A line {@code name: first | second} opens a rule, indented lines go on with it;
 * within a rule earlier alternatives are likelier. Lines that start with '#' are comments.
 *
 * @param rules the alternatives by rule name
 */
record Grammar(Map<String, List<Alternative>> rules) {
    Grammar {
        rules = Map.copyOf(rules);
    }

    /** Reads and joins grammar files that lie beside this class. */
    static Grammar load(String... resources) {
        Map<String, StringBuilder> bodies = new HashMap<>();
        for (String resource : resources) {
            collectRules(read(resource), bodies);
        }
        Map<String, List<Alternative>> rules = new HashMap<>();
        bodies.forEach((name, body) -> rules.put(name, alternatives(body.toString())));
        return new Grammar(rules);
    }

    Optional<List<Alternative>> rule(String name) {
        return Optional.ofNullable(rules.get(name));
    }

    private static void collectRules(String file, Map<String, StringBuilder> bodies) {
        StringBuilder body = new StringBuilder();
        for (String line : file.lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith(" ")) {
                body.append('|').append(line);
                continue;
            }
            int colon = line.indexOf(": ");
            body = new StringBuilder(line.substring(colon + 2));
            if (bodies.put(line.substring(0, colon), body) != null) {
                throw new IllegalArgumentException("Grammar: rule defined twice: " + line.substring(0, colon));
            }
        }
    }

    private static List<Alternative> alternatives(String body) {
        return Stream.of(body.split("\\|"))
                .map(String::strip)
                .map(Alternative::parse)
                .toList();
    }

    private static String read(String resource) {
        try (InputStream stream = Grammar.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalArgumentException("Grammar: no such file beside Grammar.class: " + resource);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
