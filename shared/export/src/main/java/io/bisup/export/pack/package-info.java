/** Codes in 32-bit words. */
@NullMarked
package io.bisup.export.pack;

import org.jspecify.annotations.NullMarked;
