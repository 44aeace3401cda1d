package io.bisup.data;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyApi;

/**
 * Has Snappy look at the room before it writes. Its native code writes as many bytes as the compressed block says, past the end of
 * the buffer that it is given; Hardwood makes that buffer as large as the page's header says, and a hostile file says less. What
 * lies behind in memory was overwritten, and the process ended.
 */
final class CheckedSnappy {

    private CheckedSnappy() {}

    /**
     * Puts the check before the process's Snappy, once.
     *
     * @throws IllegalStateException if this release of snappy-java has no place for it: then no Parquet is read
     */
    static synchronized void install() {
        try {
            Field place = Snappy.class.getDeclaredField("impl");
            place.setAccessible(true);
            SnappyApi snappy = (SnappyApi) place.get(null);
            if (!Proxy.isProxyClass(snappy.getClass())) {
                place.set(null, checked(snappy));
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Snappy cannot be checked", e);
        }
    }

    private static SnappyApi checked(SnappyApi snappy) {
        return (SnappyApi) Proxy.newProxyInstance(
                SnappyApi.class.getClassLoader(),
                new Class<?>[] {SnappyApi.class},
                (proxy, method, arguments) -> call(snappy, method, arguments));
    }

    private static Object call(SnappyApi snappy, Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("rawUncompress") && arguments[0] instanceof ByteBuffer block) {
            int bytes = snappy.uncompressedLength(block, (Integer) arguments[1], (Integer) arguments[2]);
            int room = ((ByteBuffer) arguments[3]).limit() - (Integer) arguments[4];
            if (bytes < 0 || bytes > room) {
                throw new IOException("a block of " + bytes + " bytes in a page of " + room);
            }
        }
        try {
            return method.invoke(snappy, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }
}
