/** Where the time of a quantization goes. */
@NullMarked
package io.bisup.bench.profile;

import org.jspecify.annotations.NullMarked;
