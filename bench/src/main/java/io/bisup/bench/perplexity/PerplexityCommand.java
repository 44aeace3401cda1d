package io.bisup.bench.perplexity;

import io.bisup.bench.methods.KnownTexts;
import io.bisup.bench.methods.ModelId;
import io.bisup.bench.methods.ReferenceData;
import io.bisup.bench.peer.PeerProcess;
import io.bisup.contract.Folders;
import io.bisup.contract.InvalidSpecException;
import io.bisup.llm.tensor.Compute;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.SpecialTokens;
import io.bisup.llm.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The unquantized model here and in transformers: perplexity of the same windows, and the time it takes. */
@Command(
        name = "perplexity",
        description = "Reads the same windows of a text by unquantized models here and in transformers, in"
                + " turns, and prints a table of perplexities and times.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class PerplexityCommand implements Callable<Integer> {

    /** A token has fewer on average, in every text of a natural language. */
    private static final int MOST_CHARACTERS = 16;

    @Option(names = "--models", required = true, split = ",", paramLabel = "DIR", description = "checkpoints")
    private List<Path> models;

    @Option(names = "--compute", split = ",", description = "formats of products: float32 (the default), bfloat16")
    private List<String> compute = List.of("float32");

    @Option(
            names = "--text",
            defaultValue = "wikitext2",
            description = "to read: wikitext2, c4, tinystories, or NAME=FILE (${DEFAULT-VALUE})")
    private String text;

    @Option(names = "--windows", defaultValue = "8", description = "of each model (${DEFAULT-VALUE})")
    private int windows;

    @Option(names = "--length", defaultValue = "512", description = "tokens of a window (${DEFAULT-VALUE})")
    private int length;

    @Option(
            names = "--repetitions",
            defaultValue = "3",
            description = "runs of each program, of which the faster counts (${DEFAULT-VALUE})")
    private int repetitions;

    @Option(names = "--threads", description = "of each program; as many as there are processors unless told")
    private @Nullable Integer threads;

    @Mixin
    private ReferenceData data;

    @Option(names = "--alone", description = "this project only: needs no Python")
    private boolean alone;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        int cores = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        String all = text();
        FpTable table = new FpTable();
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.CPU)) {
            runtime.threads(cores);
            for (Path model : models) {
                List<long[]> read = windows(model, all);
                for (String name : compute) {
                    add(table, runtime, model, Compute.parse(name, runtime), read, cores);
                }
            }
        }
        spec.commandLine().getOut().print(table);
        spec.commandLine().getOut().flush();
        return 0;
    }

    private void add(FpTable table, TensorRuntime runtime, Path model, Compute type, List<long[]> read, int cores)
            throws IOException {
        Map<String, List<long[]>> question = Map.of("windows", read);
        try (OurModel ours = new OurModel(runtime, model, type);
                PeerProcess peer = alone ? null : peer(model, type, cores)) {
            FpScore here = ours.score(read);
            FpScore there = peer == null ? null : peer.ask(question, FpScore.class);
            for (int again = 1; again < repetitions; again++) {
                here = here.faster(ours.score(read));
                there = peer == null || there == null ? null : there.faster(peer.ask(question, FpScore.class));
            }
            table.add(ModelId.name(model), type.toString(), read.size(), here, there);
        }
    }

    /** transformers with the model open. */
    private static PeerProcess peer(Path model, Compute type, int cores) throws IOException {
        List<String> command = List.of(
                ReferenceData.project().resolve("bench/peers/transformers").toString(),
                "--model",
                model.toAbsolutePath().toString(),
                "--threads",
                String.valueOf(cores),
                "--type",
                type.toString());
        PeerProcess peer = new PeerProcess("transformers", command, cores);
        peer.answer(Opened.class);
        return peer;
    }

    /** What the peer says first. */
    private record Opened(String program) {}

    private String text() throws IOException {
        Path work = Files.createTempDirectory("bisup-perplexity");
        try {
            return new KnownTexts(data.folder(), work).evaluationText(text);
        } finally {
            Folders.delete(work);
        }
    }

    /** The first windows of the text, which has at most so many characters a token. */
    private List<long[]> windows(Path model, String all) {
        try (Tokenizer tokenizer = Tokenizer.open(model)) {
            int characters = Math.min(all.length(), windows * length * MOST_CHARACTERS);
            long[] ids = tokenizer.encode(all.substring(0, characters), SpecialTokens.NEVER);
            int found = ids.length / length;
            if (found < windows) {
                throw new InvalidSpecException(
                        "--windows",
                        "asks for " + windows + " of " + length + " tokens, and " + text + " has " + found,
                        "ask for fewer or shorter ones, or name a longer text by --text");
            }
            return IntStream.range(0, windows)
                    .mapToObj(i -> Arrays.copyOfRange(ids, i * length, (i + 1) * length))
                    .toList();
        }
    }
}
