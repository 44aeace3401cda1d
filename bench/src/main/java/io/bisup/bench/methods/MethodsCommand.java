package io.bisup.bench.methods;

import io.bisup.contract.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Every method beside every other: what was lost, what is stored and what it takes, as a page and a file. */
@Command(
        name = "methods",
        description = "Measures presets on models and writes results.md, its charts and results.json. A row that is in"
                + " the file is not measured again; each row is a process of its own. Fails when a row does.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class MethodsCommand implements Callable<Integer> {

    @Mixin
    private CampaignOptions campaign;

    @Option(names = "--only-missing", description = "keep rows that were measured by another version of the code")
    private boolean onlyMissing;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "folder of the page; docs, and a table in README.md, unless told")
    private @Nullable Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path home = ReferenceData.project();
        Path target = Files.createDirectories(out == null ? home.resolve("docs") : out);
        Path work = Files.createTempDirectory("bisup-methods");
        try {
            String main = spec.root().userObject().getClass().getName();
            ResultsFolder folder = new ResultsFolder(target);
            Measuring measuring = new Measuring(
                    folder, Measuring.processes(main, work), spec.commandLine().getOut(), InstantSource.system());
            List<String> failed = measuring.run(campaign.rows(work), onlyMissing);
            Results results = folder.read();
            if (!results.rows().isEmpty()) {
                // Also where every row was kept: rows that another machine measured may have come into the file.
                folder.write(results);
            }
            if (out == null) {
                ReadmeTable.refresh(home.resolve("README.md"), results);
            }
            failed.forEach(row -> spec.commandLine().getErr().println("bisup: not measured: " + row));
            return failed.isEmpty() ? 0 : 1;
        } finally {
            Folders.delete(work);
        }
    }
}
