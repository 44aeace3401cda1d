/** The object store (S3): immutable objects under keys that only we build. */
@NullMarked
package io.bisup.platform.object;

import org.jspecify.annotations.NullMarked;
