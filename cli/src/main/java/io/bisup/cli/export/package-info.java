/** Artifacts in the formats of other programs, and how those serve them. */
@NullMarked
package io.bisup.cli.export;

import org.jspecify.annotations.NullMarked;
