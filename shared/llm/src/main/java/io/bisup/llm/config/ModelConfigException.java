package io.bisup.llm.config;

/** A config.json that cannot be run. Its message names the field, the cause and a remedy. */
public final class ModelConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why the configuration was refused. */
    public enum Code {
        /** The file is absent, too large or unreadable. */
        UNREADABLE_FILE,
        /** The file is not one JSON object, repeats a key or is nested too deep. */
        MALFORMED_JSON,
        /** A field that has no safe default is absent. */
        MISSING_FIELD,
        /** A field has the wrong type or an impossible value. */
        INVALID_FIELD,
        /** The architecture is not one of {@link Architecture}. */
        UNSUPPORTED_ARCHITECTURE,
        /** The checkpoint asks for Python code of its own to be run. */
        REMOTE_CODE,
        /** A known architecture with a feature that is not implemented. */
        UNSUPPORTED_FEATURE
    }

    private final Code code;
    private final String field;

    public ModelConfigException(Code code, String field, String cause, String remedy) {
        super(field + ": " + cause + "; " + remedy);
        this.code = code;
        this.field = field;
    }

    /** The machine-readable reason. */
    public Code code() {
        return code;
    }

    /** The config.json field at fault, dotted when nested; the file name when the file itself is. */
    public String field() {
        return field;
    }

    /** A field with the wrong type or an impossible value. */
    public static ModelConfigException invalid(String field, String cause, String remedy) {
        return new ModelConfigException(Code.INVALID_FIELD, field, cause, remedy);
    }

    /** A field that asks for what is not implemented. */
    public static ModelConfigException unsupported(String field, String cause, String remedy) {
        return new ModelConfigException(Code.UNSUPPORTED_FEATURE, field, cause, remedy);
    }
}
