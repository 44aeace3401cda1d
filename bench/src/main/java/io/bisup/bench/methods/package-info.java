/** Every method beside every other: rows that are measured once, a file that keeps them and a page that shows them. */
@NullMarked
package io.bisup.bench.methods;

import org.jspecify.annotations.NullMarked;
