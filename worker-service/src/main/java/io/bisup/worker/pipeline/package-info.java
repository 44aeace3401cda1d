/** A recipe applied block by block to a stream of calibration activations; knows stages, knows no stores. */
@NullMarked
package io.bisup.worker.pipeline;

import org.jspecify.annotations.NullMarked;
