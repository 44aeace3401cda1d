/** What every answer carries, and how the service refuses to run unsafely. */
@NullMarked
package io.bisup.api.web;

import org.jspecify.annotations.NullMarked;
