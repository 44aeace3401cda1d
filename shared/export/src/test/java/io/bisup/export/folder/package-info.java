/** Exports of small artifacts, read back by code of the tests' own. */
@NullMarked
package io.bisup.export.folder;

import org.jspecify.annotations.NullMarked;
