package io.bisup.platform.object;

/** Where an object lies. Only {@link ObjectKeys} makes one, so that no user's text becomes a path. */
public final class ObjectKey {

    private final String value;

    ObjectKey(String value) {
        this.value = value;
    }

    /** The key as the store knows it. */
    public String value() {
        return value;
    }

    /** Its last part. */
    public String fileName() {
        return value.substring(value.lastIndexOf('/') + 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectKey key && key.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
