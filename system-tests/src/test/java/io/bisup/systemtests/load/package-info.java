/** The suite under load: {@code ./bisup load}, and a short form in each build. */
@NullMarked
package io.bisup.systemtests.load;

import org.jspecify.annotations.NullMarked;
