/** The engine without services: quantize, score and run models in folders. */
@NullMarked
package io.bisup.cli.local;

import org.jspecify.annotations.NullMarked;
