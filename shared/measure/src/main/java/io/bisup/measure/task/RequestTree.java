package io.bisup.measure.task;

import java.util.ArrayList;
import java.util.List;

/**
 * The requests of one document as one row of tokens: what they share from the start, then what each has of its own, one
 * request after the other.
 *
 * @param document index of the document
 * @param requests its requests
 * @param shared tokens of the input that all scored requests share
 * @param starts where in the row each request's own tokens begin
 * @param length tokens of the row
 */
record RequestTree(int document, List<EncodedRequest> requests, int shared, List<Integer> starts, int length) {

    static RequestTree of(int document, List<EncodedRequest> requests) {
        List<EncodedRequest> scored =
                requests.stream().filter(r -> r.scored() > 0).toList();
        int shared = scored.stream()
                .mapToInt(r -> scored.getFirst().sharedWith(r))
                .min()
                .orElse(0);
        List<Integer> starts = new ArrayList<>();
        int length = shared;
        for (EncodedRequest request : requests) {
            starts.add(length);
            length += own(request, shared);
        }
        return new RequestTree(document, List.copyOf(requests), shared, List.copyOf(starts), length);
    }

    /** Tokens of a request's input behind the shared ones; none of a request that asks for nothing. */
    private static int own(EncodedRequest request, int shared) {
        return request.scored() > 0 ? Math.max(0, request.inputLength() - shared) : 0;
    }

    /** Tokens that only the request of an index has. */
    int own(int index) {
        return own(requests.get(index), shared);
    }

    /** Where in the row position {@code at} of a request's input stands. */
    int place(int index, int at) {
        return at < shared ? at : starts.get(index) + at - shared;
    }

    /** Whether the row is an ordinary sequence: no two requests go on behind what they share. */
    boolean isChain() {
        int branches = 0;
        for (int i = 0; i < requests.size(); i++) {
            branches += own(i) > 0 ? 1 : 0;
        }
        return branches < 2;
    }

    /** The tokens at the row's places. */
    long[] tokens() {
        long[] row = new long[length];
        for (int i = 0; i < requests.size(); i++) {
            EncodedRequest request = requests.get(i);
            if (request.scored() > 0) {
                System.arraycopy(request.tokens(), 0, row, 0, shared);
                System.arraycopy(request.tokens(), shared, row, starts.get(i), own(i));
            }
        }
        return row;
    }
}
