package io.bisup.api.input;

import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.DatasetFormat;
import io.bisup.data.DatasetException;
import io.bisup.data.DatasetRows;
import io.bisup.data.TextDataset;
import io.bisup.data.task.Task;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Whether a body is a data set: read here as calibration and evaluation read it. */
final class DatasetCheck {

    private DatasetCheck() {}

    /**
     * @param task whose fields the rows have to have; null for documents
     * @throws ProblemException that names the row
     */
    static void require(Path file, DatasetFormat format, @Nullable Task task) {
        try {
            if (task == null) {
                TextDataset.check(file, "data set", format);
            } else {
                DatasetRows.forEach(file, "data set", format, task::prompt);
            }
        } catch (DatasetException refused) {
            throw ProblemException.at(ProblemKind.INVALID_SPEC, "", refused.told(), refused.remedy());
        }
    }
}
