package io.bisup.cli.rest;

import io.bisup.cli.ExitCode;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.QuantizationJobSpec;
import java.io.PrintWriter;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Submits a job. */
@Command(
        name = "submit",
        description = "Submit a quantization job, from a spec file or from options; prints its id.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class SubmitCommand implements Callable<Integer> {

    @Mixin
    private ServiceOptions service;

    @ArgGroup(multiplicity = "1")
    private Source source;

    @Option(names = "--watch", description = "follow the job to its end; exit code 1 when it fails")
    private boolean watch;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "submitting again with the same key is the same job (default: a fresh key)")
    private @Nullable String idempotencyKey;

    @Spec
    private CommandSpec spec;

    /** A file, or options. */
    static final class Source {

        @Option(
                names = {"-f", "--file"},
                paramLabel = "SPEC",
                description = "spec as JSON or YAML (see docs/api.md)",
                required = true)
        private @Nullable String file;

        @ArgGroup(exclusive = false, heading = "or:%n")
        private @Nullable SpecOptions options;

        QuantizationJobSpec spec() {
            return file != null
                    ? SpecFiles.read(file, QuantizationJobSpec.class)
                    : inTermsOfOptions(java.util.Objects.requireNonNull(options));
        }
    }

    private static QuantizationJobSpec inTermsOfOptions(SpecOptions options) {
        try {
            return options.spec();
        } catch (InvalidSpecException e) {
            throw new UserErrorException(OptionNames.of(e.field()) + ": " + e.reason() + "; " + e.remedy());
        }
    }

    private JobView submit(Jobs jobs, QuantizationJobSpec job, String key) {
        try {
            return jobs.submit(job, key);
        } catch (ServiceException e) {
            throw source.file != null ? e : e.inTermsOfOptions();
        }
    }

    @Override
    public Integer call() {
        QuantizationJobSpec job = source.spec();
        Jobs jobs = new Jobs(service.client());
        String key = idempotencyKey != null ? idempotencyKey : UUID.randomUUID().toString();
        JobView submitted = submit(jobs, job, key);
        PrintWriter out = spec.commandLine().getOut();
        out.println(service.json() ? ServiceClient.line(submitted.json()) : submitted.id());
        out.flush();
        return watch ? WatchCommand.watch(jobs, submitted.id(), out, service.json()) : ExitCode.OK;
    }
}
