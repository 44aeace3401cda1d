/** Reads data sets: texts, documents and the rows of tasks. Knows no model, no framework and no store. */
@NullMarked
package io.bisup.data;

import org.jspecify.annotations.NullMarked;
