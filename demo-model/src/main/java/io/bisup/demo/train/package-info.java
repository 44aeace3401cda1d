/** Trains a Llama-architecture model on one machine's processor cores. */
@NullMarked
package io.bisup.demo.train;

import org.jspecify.annotations.NullMarked;
