/** An artifact in the formats that other programs load: one package each, behind {@link io.bisup.export.format.Exporter}. */
@NullMarked
package io.bisup.export;

import org.jspecify.annotations.NullMarked;
