package io.bisup.platform.registry;

/** A name that already stands for other bytes. */
public final class NameTakenException extends RuntimeException {

    public NameTakenException(String kind, String name, String registered, String offered) {
        super(kind + " '" + name + "' is registered with digest " + registered + ", not " + offered
                + ": choose another name, registered bytes never change");
    }
}
