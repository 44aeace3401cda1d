/** The parts of an error's way through a model: from block to block, linear by linear, and from token to token. */
@NullMarked
package io.bisup.measure.propagation;

import org.jspecify.annotations.NullMarked;
