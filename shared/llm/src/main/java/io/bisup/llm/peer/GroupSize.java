package io.bisup.llm.peer;

import io.bisup.llm.config.JsonFields;
import io.bisup.llm.config.ModelConfigException;

/**
 * The field {@code group_size} of GPTQ and AWQ.
 *
 * @param field where it stands, for messages
 * @param channels neighbouring input channels that share a scale; -1: all of them
 */
record GroupSize(String field, int channels) {
    private static final int WHOLE = -1;

    static GroupSize read(JsonFields fields) {
        int channels = fields.integer("group_size");
        if (channels != WHOLE && channels < 1) {
            throw ModelConfigException.invalid(
                    fields.prefix() + "group_size", channels + " is no size of a group", "use -1 for whole columns");
        }
        return new GroupSize(fields.prefix() + "group_size", channels);
    }

    /** Channels that share a scale in a module. */
    int of(PeerModule module) {
        module.requireWholeGroups(field, channels);
        return channels == WHOLE ? Math.toIntExact(module.columns()) : channels;
    }

    /** Scales of an output channel. */
    int groups(PeerModule module) {
        return Math.toIntExact(module.columns() / of(module));
    }
}
