package io.bisup.bench.methods;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The folder of texts and tasks that the project does not ship, and the project's own. */
public final class ReferenceData {

    /** The setting of the tests, {@code -Dbisup.reference.dir}. */
    static final String PROPERTY = "bisup.reference.dir";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "folder of reference data; ../shared beside the project unless told")
    private @Nullable Path data;

    /** Where the data lie: as the option says, else as the setting does, else beside the project. */
    public Path folder() {
        return data != null
                ? data
                : Path.of(System.getProperty(
                        PROPERTY, project().resolve("../shared").toString()));
    }

    /** The project's folder. */
    public static Path project() {
        return Path.of(System.getProperty("bisup.home", "."));
    }

    /** The model that the project ships. */
    public static Path demoModel() {
        return project().resolve("demo-model/model");
    }
}
