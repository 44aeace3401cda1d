package io.bisup.cli.rest;

import io.bisup.cli.UserErrorException;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.InvalidSpecException;

/** A format of an export as it is typed. */
final class ExportOption {

    static final String FORMATS = "compressed-tensors, gptq, awq, gguf, peft or hf-fake";

    private ExportOption() {}

    static ExportFormat parse(String name) {
        try {
            return ExportFormat.parse(name);
        } catch (InvalidSpecException e) {
            throw new UserErrorException("'" + name + "' is no format of an export; " + e.remedy());
        }
    }
}
