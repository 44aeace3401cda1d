package io.bisup.cli.rest;

import java.io.IOException;
import java.net.URI;

/** No service answered at an address. */
public final class UnreachableException extends RuntimeException {

    public UnreachableException(URI server, IOException cause) {
        super(
                "no service answers at " + server + " (" + reason(cause)
                        + "): start the suite with ./bisup up, or name another with --server or BISUP_SERVER",
                cause);
    }

    private static String reason(IOException cause) {
        return switch (cause) {
            case java.net.SocketTimeoutException _ -> "nothing came in time";
            case java.net.UnknownHostException _ -> "there is no such host";
            case java.net.ConnectException _ -> "connection refused";
            default -> cause.getMessage() == null ? "the connection broke off" : cause.getMessage();
        };
    }
}
