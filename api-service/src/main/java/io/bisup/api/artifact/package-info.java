/** What jobs leave behind: artifacts and evaluations. */
@NullMarked
package io.bisup.api.artifact;

import org.jspecify.annotations.NullMarked;
