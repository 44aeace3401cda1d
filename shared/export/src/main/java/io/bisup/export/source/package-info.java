/** What an artifact stores, as a writer of another format reads it: whole linears under the names of the model's family. */
@NullMarked
package io.bisup.export.source;

import org.jspecify.annotations.NullMarked;
