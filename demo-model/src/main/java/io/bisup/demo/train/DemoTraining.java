package io.bisup.demo.train;

import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import io.bisup.demo.token.BpeTrainer;
import io.bisup.demo.token.TokenizerFiles;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.SpecialTokens;
import io.bisup.llm.token.Tokenizer;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** Makes the demo model from nothing: corpus, tokenizer, weights, and the record of how it was made. */
public final class DemoTraining {
    static final int VOCABULARY = 2560;
    private static final int REPORT_EVERY = 25;
    private static final int CHECK_WINDOWS = 16;

    private final TensorRuntime runtime;
    private final Path directory;
    private final TrainingSettings settings;
    private final Clock clock;
    private final PrintStream log;
    private final Instant started;

    public DemoTraining(
            TensorRuntime runtime, Path directory, TrainingSettings settings, Clock clock, PrintStream log) {
        this.runtime = runtime;
        this.directory = directory;
        this.settings = settings;
        this.clock = clock;
        this.log = log;
        this.started = clock.instant();
    }

    /** Trains, writing the folder every {@code checkpointEvery} steps and at the end. */
    public void run(int checkpointEvery) throws IOException {
        DemoModelFiles.writeConfig(directory, VOCABULARY);
        List<String> documents = DemoCorpus.train();
        say("corpus: %d documents", documents.size());
        TokenizerFiles.write(BpeTrainer.train(documents, VOCABULARY), settings.context(), directory);
        DecoderConfig config = DecoderConfig.read(directory);
        try (Tokenizer tokenizer = Tokenizer.open(directory)) {
            TrainingTokens tokens = new TrainingTokens(
                    documents,
                    DemoCorpus.SYSTEM_PROMPT,
                    text -> tokenizer.encode(text, SpecialTokens.NEVER),
                    settings.seed());
            say("tokenizer: %d tokens, training text: %d tokens", VOCABULARY, tokens.size());
            try (Trainer trainer = new Trainer(runtime, config, settings, tokens)) {
                trainer.train((step, loss, norm) -> stepped(trainer, step, loss, norm, checkpointEvery));
            }
            TrainingReport.writeTraining(
                    directory, settings, tokens.size(), elapsed().toSeconds());
        }
        TrainingReport.measure(runtime, directory);
    }

    private void stepped(Trainer trainer, int step, double loss, double norm, int checkpointEvery) {
        long tokens = (long) step * settings.sequences() * settings.context();
        if (step % REPORT_EVERY == 0) {
            double rate = tokens / (double) Math.max(1, elapsed().toSeconds());
            say("step %d/%d  loss %.4f  gradient norm %.3f  %.0f tokens/s", step, settings.steps(), loss, norm, rate);
        }
        if (step % checkpointEvery == 0 || step == settings.steps()) {
            try {
                DemoModelFiles.writeWeights(directory, trainer.parameters());
                check(step);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void check(int step) throws IOException {
        try (DemoModel model = DemoModel.open(runtime, directory)) {
            for (Register register : Register.values()) {
                double perplexity = model.perplexity(Split.VALIDATION, register, CHECK_WINDOWS);
                say(
                        "step %d  validation perplexity of %s (%d windows): %.4f",
                        step, register, CHECK_WINDOWS, perplexity);
            }
        }
    }

    private Duration elapsed() {
        return Duration.between(started, clock.instant());
    }

    private void say(String format, Object... values) {
        log.printf(Locale.ROOT, "[%5d s] " + format + "%n", prepend(elapsed().toSeconds(), values));
    }

    private static Object[] prepend(Object first, Object[] rest) {
        Object[] all = new Object[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }
}
