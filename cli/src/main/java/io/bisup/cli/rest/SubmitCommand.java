package io.bisup.cli.rest;

import io.bisup.cli.UserErrorException;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.QuantizationJobSpec;
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

    @Mixin
    private NewJobOptions made;

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
        JobView submitted = submit(jobs, job, made.key());
        return made.show(submitted, jobs, spec.commandLine().getOut(), service.json());
    }
}
