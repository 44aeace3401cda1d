package io.bisup.cli.rest;

import io.bisup.cli.UserErrorException;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.InvalidSpecException;

/** A format of an export as it is typed. */
public final class ExportOption {

    /** What an option of a format says about itself. */
    public static final String FORMATS = "compressed-tensors, gptq, awq, gguf, peft or hf-fake";

    private ExportOption() {}

    /**
     * The format of that name.
     *
     * @throws UserErrorException naming those that there are
     */
    public static ExportFormat parse(String name) {
        try {
            return ExportFormat.parse(name);
        } catch (InvalidSpecException e) {
            throw new UserErrorException("'" + name + "' is no format of an export; " + e.remedy());
        }
    }
}
