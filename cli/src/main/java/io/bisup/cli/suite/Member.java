package io.bisup.cli.suite;

/** A process of the suite, in the order of starting; they stop the other way round. */
public enum Member {
    LOCAL_STACK("local-stack", "PostgreSQL, Kafka and S3"),
    API("api-service", "REST and dashboard"),
    WORKER("worker-service", "quantization"),
    EVAL("eval-service", "evaluation");

    private final String id;
    private final String purpose;

    Member(String id, String purpose) {
        this.id = id;
        this.purpose = purpose;
    }

    /** Name of its module, process id file and log. */
    public String id() {
        return id;
    }

    public String purpose() {
        return purpose;
    }
}
