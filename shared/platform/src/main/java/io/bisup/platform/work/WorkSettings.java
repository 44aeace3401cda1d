package io.bisup.platform.work;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** How a service works on claimed jobs. */
@ConfigMapping(prefix = "bisup.work")
public interface WorkSettings {

    /** Folder for fetched files and unfinished work; processes may share it, each takes a part of its own. */
    @WithDefault("${java.io.tmpdir}/bisup-work")
    Path dir();

    /** Fetched models and data sets are kept up to this many bytes. */
    @WithDefault("200000000000")
    long cacheBytes();

    /** Device of every tensor: auto, cpu or cuda:N. */
    @WithDefault("${bisup.device:auto}")
    String device();

    /**
     * Format of the matrix products of calibration and training: auto (what a short measurement at the start finds faster),
     * float32 or bfloat16; by default float32 on a CPU and bfloat16 on a GPU.
     */
    @WithDefault("${bisup.compute:}")
    Optional<String> compute();

    /** Format of the matrix products of evaluation: float32, bfloat16, or auto as above. Results name it. */
    @WithDefault("${bisup.evaluation-compute:float32}")
    String evaluationCompute();

    /** How long a claim holds without a heartbeat; there are three heartbeats in it. */
    @WithDefault("30S")
    Duration lease();

    /** On shutdown the block in hand may take so long to be finished and committed; after that its work is abandoned. */
    @WithDefault("15S")
    Duration grace();

    /** Name of this process in attempts; by default host and process id. */
    Optional<String> workerId();

    /** {@link #workerId}, or host and process id. */
    default String name() {
        return workerId().orElseGet(() -> host() + "-" + ProcessHandle.current().pid());
    }

    private static String host() {
        try {
            return java.net.InetAddress.getLocalHost().getHostName();
        } catch (java.net.UnknownHostException e) {
            return "localhost";
        }
    }
}
