package io.bisup.cli.demo;

import io.bisup.cli.rest.Inputs;
import io.bisup.contract.Json;
import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Registers the demo's model and texts; again is a no-op, since their bytes are always the same. */
final class DemoInputs {

    static final String MODEL = "bisup-demo";
    static final String CALIBRATION = "demo-train";
    static final String STORIES = "demo-stories-test";
    static final String RECORDS = "demo-records-test";

    /** Enough to draw the calibration windows from; the whole training text would only take longer to tokenize. */
    private static final int CALIBRATION_CHARACTERS = 500_000;

    private final Inputs inputs;

    DemoInputs(Inputs inputs) {
        this.inputs = inputs;
    }

    /** Registers everything; returns the model's size on disk in bytes. */
    long register(Path model) {
        dataset(CALIBRATION, calibration());
        dataset(STORIES, DemoCorpus.documents(Split.TEST, Register.STORIES));
        dataset(RECORDS, DemoCorpus.documents(Split.TEST, Register.RECORDS));
        return inputs.addModel(MODEL, model.toString()).path("bytes").asLong();
    }

    /** The first training documents; the test texts share no document with them. */
    private static List<String> calibration() {
        List<String> chosen = new ArrayList<>();
        int characters = 0;
        for (String document : DemoCorpus.train()) {
            if (characters > CALIBRATION_CHARACTERS) {
                break;
            }
            chosen.add(document);
            characters += document.length();
        }
        return chosen;
    }

    /** As JSON lines, so that the protocols join whole documents, as in training, and not lines. */
    private void dataset(String name, List<String> documents) {
        List<String> lines =
                documents.stream().map(d -> Json.write(Map.of("text", d))).toList();
        try {
            Path file = Files.createTempFile("bisup-demo", ".jsonl");
            try {
                Files.write(file, lines);
                inputs.addDataset(name, file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the demo's text " + name, e);
        }
    }
}
