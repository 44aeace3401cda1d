package io.bisup.cli.suite;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Free ports of the loopback interface. */
final class Ports {

    /** Stands for any free port. */
    static final int ANY = 0;

    /** Below the ports that systems lend to connections: a service that starts late still finds its port free. */
    static final int FIRST = 10_000;

    static final int LAST = 32_000;
    private static final int TRIES = 1000;

    private Ports() {}

    /**
     * A port nobody listens on, from {@link #FIRST} to {@link #LAST}.
     *
     * @throws BindException if none of many is free
     */
    static int free() throws IOException {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST + 1);
            if (isFree(port)) {
                return port;
            }
        }
        throw new BindException("no free port from " + FIRST + " to " + LAST + " on the loopback interface");
    }

    /** The wanted port if nobody listens on it, else another; any, if {@link #ANY} is wanted. */
    static int freeOr(int wanted) throws IOException {
        return wanted != ANY && isFree(wanted) ? wanted : free();
    }

    private static boolean isFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (BindException e) {
            return false;
        }
    }
}
