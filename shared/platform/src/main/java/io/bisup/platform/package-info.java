/** The three stores behind small interfaces: what they share. */
@NullMarked
package io.bisup.platform;

import org.jspecify.annotations.NullMarked;
