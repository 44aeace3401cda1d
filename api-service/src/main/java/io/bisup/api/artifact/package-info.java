/** What jobs leave behind: artifacts and evaluations. */
@OpenAPIDefinition(
        info = @Info(title = "BiSup Service", version = "1"),
        components =
                // The kinds of scores, of which the scanner sees only the interface.
                @Components(
                        schemas = {
                            @Schema(name = "TaskScore", implementation = TaskScore.class),
                            @Schema(name = "DivergenceScore", implementation = DivergenceScore.class),
                            @Schema(name = "PropagationScore", implementation = PropagationScore.class)
                        }))
@NullMarked
package io.bisup.api.artifact;

import io.bisup.contract.DivergenceScore;
import io.bisup.contract.PropagationScore;
import io.bisup.contract.TaskScore;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.NullMarked;
