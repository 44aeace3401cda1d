package io.bisup.cli.demo;

import io.bisup.cli.rest.Inputs;
import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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

    /** @return the model's size on disk in bytes */
    long register(Path model) {
        dataset(CALIBRATION, calibrationText());
        dataset(STORIES, DemoCorpus.test(Register.STORIES));
        dataset(RECORDS, DemoCorpus.test(Register.RECORDS));
        return inputs.addModel(MODEL, model.toString()).path("bytes").asLong();
    }

    /** The first training documents; the test texts share no document with them. */
    private static String calibrationText() {
        List<String> documents = DemoCorpus.train();
        StringBuilder text = new StringBuilder();
        for (String document : documents) {
            if (text.length() > CALIBRATION_CHARACTERS) {
                break;
            }
            text.append(text.isEmpty() ? "" : "\n\n").append(document);
        }
        return text.toString();
    }

    private void dataset(String name, String text) {
        try {
            Path file = Files.createTempFile("bisup-demo", ".txt");
            try {
                Files.writeString(file, text);
                inputs.addDataset(name, file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the demo's text " + name, e);
        }
    }
}
