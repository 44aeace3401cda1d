/** What is checked before a job is accepted: that this model can run under this recipe with these data. */
@NullMarked
package io.bisup.api.preflight;

import org.jspecify.annotations.NullMarked;
