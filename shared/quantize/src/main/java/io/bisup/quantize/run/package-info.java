/** A recipe applied block by block to a stream of calibration activations; knows stages, knows no stores. */
@NullMarked
package io.bisup.quantize.run;

import org.jspecify.annotations.NullMarked;
