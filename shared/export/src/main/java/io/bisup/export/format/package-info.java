/** What every export format is given and has to do. */
@NullMarked
package io.bisup.export.format;

import org.jspecify.annotations.NullMarked;
