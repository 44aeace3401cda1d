package io.bisup.api.input;

import io.bisup.api.preflight.ModelFiles;
import java.io.IOException;
import java.io.InputStream;

/** A folder that a model is brought in from. */
interface ModelSource extends ModelFiles {

    /** The file's bytes from its start. */
    InputStream open(String file) throws IOException;
}
