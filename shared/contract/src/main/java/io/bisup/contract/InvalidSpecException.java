package io.bisup.contract;

/**
 * A value in a spec that cannot be meant: names the field, the cause and a remedy. Thrown by the compact constructors of
 * the contract's records, so that a record that exists is a record that is right.
 */
public final class InvalidSpecException extends IllegalArgumentException {

    private final String field;
    private final String reason;
    private final String remedy;

    /**
     * @param field name of the record component at fault, relative to the record that threw
     * @param reason what is wrong with it, with the value seen
     * @param remedy what to write instead
     */
    public InvalidSpecException(String field, String reason, String remedy) {
        super(field + ": " + reason + "; " + remedy);
        this.field = field;
        this.reason = reason;
        this.remedy = remedy;
    }

    public String field() {
        return field;
    }

    public String reason() {
        return reason;
    }

    public String remedy() {
        return remedy;
    }
}
