package io.bisup.worker.attempt;

import io.bisup.contract.BlockReport;
import io.bisup.contract.ExportedBytes;
import io.bisup.contract.FailureCode;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import java.util.List;
import java.util.regex.Pattern;

/** What an attempt's process tells its supervisor, in this order and the last ones once an export; {@link Failed} may come at any time and is the last. */
public sealed interface AttemptMessage {

    /** The tensor library is loaded; an order can be taken. */
    record Ready(EngineIdentity identity) implements AttemptMessage {}

    /** Blocks are computed from now on. */
    record Computing(int from) implements AttemptMessage {}

    /** A block's file is written; the process waits until it is told to go on. */
    record Block(BlockReport report, String file) implements AttemptMessage {
        public Block {
            requireName(file);
        }
    }

    /** All other files of the artifact are written. */
    record Done(List<String> files) implements AttemptMessage {
        public Done {
            files.forEach(AttemptMessage::requireName);
            files = List.copyOf(files);
        }
    }

    /** How far an export is. */
    record Exporting(ExportedBytes written) implements AttemptMessage {}

    /** How an export ends where the process goes on. */
    sealed interface ExportEnd extends AttemptMessage {}

    /** All files of an export are written; named by their paths in its folder. */
    record Exported(List<String> files) implements ExportEnd {
        public Exported {
            files.forEach(AttemptMessage::requirePath);
            files = List.copyOf(files);
        }
    }

    /** The form cannot say what the artifact holds; nothing is written. */
    record Refused(FailureCode code, String message) implements ExportEnd {}

    /** The attempt failed. */
    record Failed(FailureCode code, String message) implements AttemptMessage {}

    Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

    /** The process read hostile files: what it says is not trusted with paths. */
    private static void requireName(String file) {
        if (!NAME.matcher(file).matches()) {
            throw new InvalidSpecException(
                    "file", "'" + file + "' is no file name", "name a file of the target folder");
        }
    }

    /** A file name, perhaps within one folder. */
    private static void requirePath(String file) {
        int slash = file.indexOf('/');
        if (slash >= 0) {
            requireName(file.substring(0, slash));
        }
        requireName(file.substring(slash + 1));
    }

    /** One line. */
    default String line() {
        return getClass().getSimpleName() + " " + Json.write(this);
    }

    /**
     * Reads {@link #line}.
     *
     * @throws InvalidSpecException when it is none
     */
    static AttemptMessage parse(String line) {
        int space = line.indexOf(' ');
        String kind = space < 0 ? line : line.substring(0, space);
        String json = line.substring(space + 1);
        return switch (kind) {
            case "Ready" -> Json.read(json, Ready.class);
            case "Computing" -> Json.read(json, Computing.class);
            case "Block" -> Json.read(json, Block.class);
            case "Done" -> Json.read(json, Done.class);
            case "Exporting" -> Json.read(json, Exporting.class);
            case "Exported" -> Json.read(json, Exported.class);
            case "Refused" -> Json.read(json, Refused.class);
            case "Failed" -> Json.read(json, Failed.class);
            default -> throw new InvalidSpecException("", "no message is called " + kind, "see AttemptMessage");
        };
    }
}
