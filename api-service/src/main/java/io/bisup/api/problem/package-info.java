/** Every error of the API, told as RFC 9457 problem documents. */
@NullMarked
package io.bisup.api.problem;

import org.jspecify.annotations.NullMarked;
