/** The demo: the whole suite on a small model, with a table at the end. */
@NullMarked
package io.bisup.cli.demo;

import org.jspecify.annotations.NullMarked;
