package io.bisup.data.task;

import java.util.List;

/**
 * One document of a task.
 *
 * @param id its place in the data set, from 0
 * @param requests one per choice
 * @param lengths Unicode code points of each choice without the space in front of it
 * @param gold index of the right choice
 */
public record TaskDocument(int id, List<Request> requests, List<Integer> lengths, int gold) {
    public TaskDocument {
        requests = List.copyOf(requests);
        lengths = List.copyOf(lengths);
    }
}
