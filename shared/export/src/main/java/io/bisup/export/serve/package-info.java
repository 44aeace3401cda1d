/** How exports are served: the command line of a server, and a manifest for Kubernetes. */
@NullMarked
package io.bisup.export.serve;

import org.jspecify.annotations.NullMarked;
