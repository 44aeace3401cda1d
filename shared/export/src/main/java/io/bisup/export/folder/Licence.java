package io.bisup.export.folder;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.llm.artifact.ArtifactFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The licence of the model that an artifact was made of, as its own card or its LICENSE file states it.
 *
 * @param id as Hugging Face names licences; "other" where it has no name for it, or the model states none
 * @param name of a licence without an id; blank where there is none
 * @param link to its text: "LICENSE" in the same folder, or an address; blank where there is none
 * @param words the same for people: a line of Markdown
 */
record Licence(String id, String name, String link, String words) {

    private static final String OTHER = "other";
    private static final int MOST_BYTES = 1 << 16;
    private static final String FENCE = "---";
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9.+-]{0,63}");
    private static final Pattern ADDRESS = Pattern.compile("https://[A-Za-z0-9][A-Za-z0-9./_~%#?=&-]{0,255}");
    private static final Pattern SPACES = Pattern.compile("\\s+");

    /**
     * Reads what an artifact's folder has of its source: the header of the source's card first, then its LICENSE.
     *
     * @throws IOException when a file is there and cannot be read
     */
    static Licence of(Path artifact) throws IOException {
        boolean file = Files.isRegularFile(artifact.resolve(ModelFiles.LICENCE));
        Optional<Licence> stated = header(beginning(artifact.resolve(ArtifactFiles.SOURCE_CARD)))
                .flatMap(header -> ofHeader(header, file));
        if (stated.isPresent()) {
            return stated.get();
        }
        return file
                ? ofText(beginning(artifact.resolve(ModelFiles.LICENCE)))
                : new Licence(
                        OTHER,
                        "not-stated",
                        "",
                        "Not stated by the base model: its checkpoint has neither a LICENSE file nor a card that names one."
                                + " Ask its publisher before you pass this on.");
    }

    private static String beginning(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return "";
        }
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MOST_BYTES), StandardCharsets.UTF_8).replace("\r\n", "\n");
        }
    }

    /** The YAML between the first two fences; a card without one, or with one that cannot be read, states nothing. */
    private static Optional<JsonNode> header(String card) {
        int end = card.indexOf("\n" + FENCE, FENCE.length());
        if (!card.startsWith(FENCE + "\n") || end < 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(Json.yaml(card.substring(FENCE.length() + 1, end + 1), JsonNode.class));
        } catch (InvalidSpecException e) {
            return Optional.empty();
        }
    }

    private static Optional<Licence> ofHeader(JsonNode header, boolean file) {
        String id = header.path("license").asText().toLowerCase(Locale.ROOT);
        if (!ID.matcher(id).matches()) {
            return Optional.empty();
        }
        String name = header.path("license_name").asText();
        String given = header.path("license_link").asText();
        String link = file ? ModelFiles.LICENCE : ADDRESS.matcher(given).matches() ? given : "";
        String shown = Markdown.text(id.equals(OTHER) && !name.isBlank() ? name : id);
        return Optional.of(new Licence(
                id,
                name,
                link,
                "By the base model's card: " + shown + where(link) + ". It holds for this folder too."));
    }

    private static String where(String link) {
        return link.isEmpty()
                ? ""
                : ", whose text is in " + (link.equals(ModelFiles.LICENCE) ? link : "<" + link + ">");
    }

    private static Licence ofText(String text) {
        String words = SPACES.matcher(text).replaceAll(" ");
        boolean apache = words.contains("Apache License Version 2.0, January 2004");
        boolean mit = words.contains("Permission is hereby granted, free of charge, to any person obtaining a copy")
                && words.contains(
                        "The above copyright notice and this permission notice shall be included in all copies")
                && !words.contains("Except as contained in this notice");
        if (apache != mit) {
            String id = apache ? "apache-2.0" : "mit";
            return new Licence(
                    id,
                    "",
                    ModelFiles.LICENCE,
                    "By the base model's LICENSE: " + id + ". It holds for this folder too.");
        }
        return new Licence(
                OTHER,
                "license-of-the-base-model",
                ModelFiles.LICENCE,
                "That of the base model, whose text is in LICENSE. It holds for this folder too.");
    }
}
