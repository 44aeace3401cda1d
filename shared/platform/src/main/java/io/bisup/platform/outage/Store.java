package io.bisup.platform.outage;

/** A server that jobs depend on. */
public enum Store {
    OBJECT_STORE("object store"),
    DATABASE("PostgreSQL"),
    KAFKA("Kafka");

    private final String title;

    Store(String title) {
        this.title = title;
    }

    /** Its name for people, as in "waiting for object store". */
    public String title() {
        return title;
    }
}
