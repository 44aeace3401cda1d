package io.bisup.cli.suite;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class PortsTest {

    @RepeatedTest(20)
    void aFreePortIsNoneThatTheSystemLendsToAConnection() throws Exception {
        Path range = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
        Assumptions.assumeTrue(Files.exists(range), "this system does not say which ports it lends");
        List<Integer> lent = List.of(Files.readString(range).strip().split("\\s+")).stream()
                .map(Integer::valueOf)
                .toList();

        assertThat(Ports.free()).isNotIn(lent).matches(port -> port < lent.getFirst() || port > lent.getLast());
    }

    @Test
    void aWantedPortIsTakenWhereItIsFree() throws Exception {
        int port = Ports.free();
        assertThat(Ports.freeOr(port)).isEqualTo(port);
    }

    @Test
    void aPortThatSomebodyHasIsReplaced() throws Exception {
        int port = Ports.free();
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Ports.freeOr(taken.getLocalPort())).isNotEqualTo(port).isPositive();
        }
    }
}
