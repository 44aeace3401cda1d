package io.bisup.api.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.eclipse.microprofile.config.ConfigProvider;

/** Requests that no HTTP client would send, as bytes over a socket. */
public final class RawHttp {

    private static final int LIMIT_MILLIS = 5_000;

    private RawHttp() {}

    /**
     * An answer.
     *
     * @param status 0 when nothing came in time, -1 when the connection was closed without an answer
     */
    public record Answer(int status, String head, String body) {

        public boolean isProblem() {
            return head.toLowerCase(java.util.Locale.ROOT).contains("content-type: application/problem+json");
        }
    }

    /** The port that the service under test listens on. */
    public static int port() {
        int configured = ConfigProvider.getConfig().getValue("quarkus.http.test-port", Integer.class);
        return configured == 0 ? Integer.getInteger("quarkus.http.test-port", 0) : configured;
    }

    /** Sends the text as Latin-1 and reads one answer, as long as its Content-Length says. */
    public static Answer send(int port, String request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(LIMIT_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            StringBuilder text = new StringBuilder();
            byte[] buffer = new byte[8_192];
            while (!whole(text)) {
                int read = socket.getInputStream().read(buffer);
                if (read < 0) {
                    break;
                }
                text.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
            }
            return answer(text.toString());
        } catch (SocketTimeoutException e) {
            return new Answer(0, "", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean whole(CharSequence text) {
        String all = text.toString();
        int end = all.indexOf("\r\n\r\n");
        var length =
                java.util.regex.Pattern.compile("(?i)content-length: (\\d+)").matcher(all);
        return end >= 0
                && (all.startsWith("HTTP/1.1 1")
                        || (length.find()
                                && all.substring(end + 4).getBytes(StandardCharsets.UTF_8).length
                                        >= Integer.parseInt(length.group(1))));
    }

    private static Answer answer(String text) {
        if (text.isEmpty()) {
            return new Answer(-1, "", "");
        }
        int end = text.indexOf("\r\n\r\n");
        String head = end < 0 ? text : text.substring(0, end);
        return new Answer(Integer.parseInt(head.substring(9, 12)), head, end < 0 ? "" : text.substring(end + 4));
    }
}
