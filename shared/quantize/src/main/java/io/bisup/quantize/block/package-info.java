/** One block being quantized: what it is worked on with, and the values found so far. */
@NullMarked
package io.bisup.quantize.block;

import org.jspecify.annotations.NullMarked;
