package io.bisup.worker.job;

import io.bisup.contract.Digests;
import io.bisup.contract.Json;
import io.bisup.platform.job.Work;
import io.bisup.worker.attempt.EngineIdentity;
import java.lang.reflect.RecordComponent;
import java.util.Optional;

/**
 * Everything that the bytes of a block depend on. A checkpoint resumes only where all of it is equal.
 *
 * @param formatVersion of checkpoints
 * @param engine program and machine
 * @param model digest of the checkpoint's files
 * @param recipe digest of the resolved recipe, its seeds among it
 * @param calibration digest of the calibration data
 * @param systemPrompt digest of the system prompt, or "none"
 */
record ResumeIdentity(
        String formatVersion,
        EngineIdentity engine,
        String model,
        String recipe,
        String calibration,
        String systemPrompt) {

    private static final String FORMAT_VERSION = "2";

    static ResumeIdentity of(EngineIdentity engine, Work work) {
        String prompt = work.spec().systemPrompt();
        return new ResumeIdentity(
                FORMAT_VERSION,
                engine,
                work.model().digest(),
                Digests.sha256(Json.write(work.recipe())),
                work.calibration().sha256(),
                prompt == null ? "none" : Digests.sha256(prompt));
    }

    /** Why a checkpoint of that identity cannot be resumed from here, naming the field that differs; empty when it can. */
    Optional<String> differenceFrom(ResumeIdentity checkpoint) {
        return difference("", this, checkpoint);
    }

    private static Optional<String> difference(String prefix, Record here, Record there) {
        for (RecordComponent component : here.getClass().getRecordComponents()) {
            Object ours = value(component, here);
            Object theirs = value(component, there);
            if (ours instanceof Record nested && theirs instanceof Record other) {
                Optional<String> inside = difference(component.getName() + ".", nested, other);
                if (inside.isPresent()) {
                    return inside;
                }
            } else if (!ours.equals(theirs)) {
                return Optional.of("the committed blocks were made with " + prefix + component.getName() + " '" + theirs
                        + "', this worker has '" + ours + "'");
            }
        }
        return Optional.empty();
    }

    private static Object value(RecordComponent component, Record identity) {
        try {
            return component.getAccessor().invoke(identity);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record's accessor can be called", e);
        }
    }
}
