/** How many directions a low-rank branch takes, and which channels it carries alone (ASER, arXiv 2411.07762; methods §5). */
@NullMarked
package io.bisup.quantize.stage.lowrank;

import org.jspecify.annotations.NullMarked;
