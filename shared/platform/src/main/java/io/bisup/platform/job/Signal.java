package io.bisup.platform.job;

/** What people want of a running attempt, told with each heartbeat. */
public enum Signal {
    CONTINUE,
    /** Stop and {@link JobStore#acknowledgePause acknowledge}. */
    PAUSE,
    /** Stop and {@link JobStore#acknowledgeCancel acknowledge}. */
    CANCEL
}
