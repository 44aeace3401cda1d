package io.bisup.bench.methods;

import io.bisup.contract.Json;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One row in this process; {@link RowProcess} starts it. */
@Command(name = RowRunCommand.NAME, hidden = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class RowRunCommand implements Callable<Integer> {

    static final String NAME = "methods-row";

    @Option(names = "--request", required = true)
    private Path request;

    @Option(names = "--outcome", required = true)
    private Path outcome;

    @Override
    public Integer call() throws IOException {
        RowRequest asked = Json.read(Files.readString(request), RowRequest.class);
        try (TensorRuntime runtime =
                TensorRuntime.open(ComputeDevice.parse(asked.key().device()))) {
            Files.writeString(outcome, Json.write(new RowRun(asked, runtime).run()));
        }
        return 0;
    }
}
