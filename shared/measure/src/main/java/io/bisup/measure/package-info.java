/** Perplexity by the protocols of the literature: how a text becomes windows, and windows one number. */
@NullMarked
package io.bisup.measure;

import org.jspecify.annotations.NullMarked;
