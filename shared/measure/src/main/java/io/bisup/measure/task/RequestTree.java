package io.bisup.measure.task;

import java.util.List;

/**
 * The requests of one document: what they share from the start is passed through the model once.
 *
 * @param document index of the document
 * @param requests its requests
 * @param shared tokens of the input that all scored requests share
 */
record RequestTree(int document, List<EncodedRequest> requests, int shared) {

    static RequestTree of(int document, List<EncodedRequest> requests) {
        List<EncodedRequest> scored =
                requests.stream().filter(r -> r.scored() > 0).toList();
        int shared = scored.isEmpty()
                ? 0
                : scored.stream()
                        .mapToInt(r -> scored.getFirst().sharedWith(r))
                        .min()
                        .orElseThrow();
        return new RequestTree(document, List.copyOf(requests), shared);
    }

    /** The longest input. */
    int longest() {
        return requests.stream().mapToInt(EncodedRequest::inputLength).max().orElse(0);
    }

    /** Tokens to compute when the first {@code trunk} tokens are passed once. */
    int tokens(int trunk) {
        return trunk + requests.size() * (longest() - trunk);
    }

    /** Whether no input goes on behind the trunk. */
    boolean withoutBranches() {
        return longest() == shared;
    }
}
