package io.bisup.platform.object;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;

/** A download whose breaking off is the store's failure and not, as an IOException, the local disk's. */
final class StoreStream extends FilterInputStream {

    private final Function<IOException, RuntimeException> unavailable;

    StoreStream(InputStream in, Function<IOException, RuntimeException> unavailable) {
        super(in);
        this.unavailable = unavailable;
    }

    @Override
    public int read() {
        try {
            return super.read();
        } catch (IOException broken) {
            throw unavailable.apply(broken);
        }
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        try {
            return super.read(target, offset, length);
        } catch (IOException broken) {
            throw unavailable.apply(broken);
        }
    }
}
