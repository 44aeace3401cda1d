/** What jobs leave behind: artifacts and evaluations. */
@OpenAPIDefinition(
        info = @Info(title = "BiSup Service", version = "1"),
        components =
                // The kinds of scores and of what is to be measured, of which the scanner sees only the interfaces.
                @Components(
                        schemas = {
                            @Schema(name = "TaskScore", implementation = TaskScore.class),
                            @Schema(name = "DivergenceScore", implementation = DivergenceScore.class),
                            @Schema(name = "PropagationScore", implementation = PropagationScore.class),
                            @Schema(name = "PerplexitySpec", implementation = PerplexitySpec.class),
                            @Schema(name = "TaskSpec", implementation = TaskSpec.class),
                            @Schema(name = "DivergenceSpec", implementation = DivergenceSpec.class),
                            @Schema(name = "PropagationSpec", implementation = PropagationSpec.class)
                        }))
@NullMarked
package io.bisup.api.artifact;

import io.bisup.contract.DivergenceScore;
import io.bisup.contract.DivergenceSpec;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.PropagationScore;
import io.bisup.contract.PropagationSpec;
import io.bisup.contract.TaskScore;
import io.bisup.contract.TaskSpec;
import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.NullMarked;
