/** The laws of docs/architecture.md that a program can check. */
@NullMarked
package io.bisup.systemtests.house;

import org.jspecify.annotations.NullMarked;
