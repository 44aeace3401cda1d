/** The suite as processes of this machine: stores, services, their addresses, start and stop. */
@NullMarked
package io.bisup.cli.suite;

import org.jspecify.annotations.NullMarked;
