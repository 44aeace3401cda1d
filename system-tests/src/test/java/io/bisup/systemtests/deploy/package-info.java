/** Manifests and container files, as far as they can be checked without a cluster or a container engine. */
@NullMarked
package io.bisup.systemtests.deploy;

import org.jspecify.annotations.NullMarked;
