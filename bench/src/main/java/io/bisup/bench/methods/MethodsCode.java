package io.bisup.bench.methods;

import io.bisup.measure.CodeVersion;
import io.bisup.quantize.run.FolderQuantization;

/** The version of all that a row's figures depend on: what quantizes, and what measures. */
final class MethodsCode {

    static final String VERSION = CodeVersion.reaching(FolderQuantization.class, "io/bisup/quantize/");

    private MethodsCode() {}
}
