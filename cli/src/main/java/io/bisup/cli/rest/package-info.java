/** Commands that talk to a running api-service; they know its API and nothing behind it. */
@NullMarked
package io.bisup.cli.rest;

import org.jspecify.annotations.NullMarked;
