/** One way to open any model folder for inference, whatever format it is in. */
@NullMarked
package io.bisup.llm.folder;

import org.jspecify.annotations.NullMarked;
