package io.bisup.api;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Every setting of the api-service that is its own; {@code docs/configuration.md} lists them with those of the stores. */
@ConfigMapping(prefix = "bisup.api")
public interface ApiConfig {

    /** Whether this is a suite on one's own machine: {@code file:} sources are allowed, and only loopback is served. */
    @WithDefault("${bisup.local:false}")
    boolean local();

    /** Names that this service is reached by; none means any, in the local profile the loopback names only. */
    Optional<Set<String>> hosts();

    /** Origins of other sites whose pages may call this service, as {@code https://host[:port]}. */
    Optional<Set<String>> origins();

    /** Whether a request must name its caller by a key or token; false in the local profile and true elsewhere unless told. */
    Optional<Boolean> keysRequired();

    /** An operator's key that is stored at the start, {@code bisup_} and so on: with it the others are made. */
    Optional<String> operatorKey();

    /** Whether bearer tokens of the OIDC provider {@code quarkus.oidc.auth-server-url} are accepted beside keys. */
    @WithDefault("false")
    boolean oidc();

    /** The claim of an OIDC token that names the caller's tenant. */
    @WithDefault("tenant")
    String tenantClaim();

    /** Buckets that models may be imported from with {@code s3://bucket/prefix}. */
    Optional<Set<String>> importBuckets();

    /** Largest JSON body, in bytes. */
    @WithDefault("1048576")
    int maxJsonBytes();

    /** Largest data set, in bytes. */
    @WithDefault("4294967296")
    long maxDatasetBytes();

    /** Largest single file of a model, in bytes. */
    @WithDefault("68719476736")
    long maxModelFileBytes();

    /** How many models may be tried at a time, each in a process of its own, before they are registered. */
    @WithDefault("1")
    int trials();

    /** The longest wait of a registration for its turn to be tried. */
    @WithDefault("10s")
    Duration trialWait();

    /** The longest time a model's trial may take. */
    @WithDefault("40s")
    Duration trialTime();

    /** The most processor time of a model's trial, in whole seconds. */
    @WithDefault("15s")
    Duration trialProcessorTime();

    /** The most private memory of the process that a model is tried in, in bytes; half of it may be its heap. */
    @WithDefault("1073741824")
    long trialMemoryBytes();

    /** How long a download URL holds; at most 15 minutes are sensible. */
    @WithDefault("10m")
    Duration downloadUrlValidity();

    /** How often an idle event stream carries a comment. */
    @WithDefault("15s")
    Duration eventHeartbeat();

    /** After which time an event stream is closed, so that the client comes again with Last-Event-ID. */
    @WithDefault("1h")
    Duration eventStreamLimit();

    /** The longest {@code ?wait=} of a long poll. */
    @WithDefault("20s")
    Duration maxWait();
}
