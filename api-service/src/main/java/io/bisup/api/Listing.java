package io.bisup.api;

import java.util.List;

/**
 * A whole list, small enough to need no pages.
 *
 * @param items sorted by name
 */
public record Listing<T>(List<T> items) {}
