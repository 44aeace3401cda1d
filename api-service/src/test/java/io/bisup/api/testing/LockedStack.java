package io.bisup.api.testing;

import io.bisup.platform.testing.LocalStackResource;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;

/** A service that asks who calls: keys, and tokens signed by {@link #PROVIDER}. */
public final class LockedStack extends LocalStackResource {

    /** The operator's key that the service is configured with. */
    public static final String OPERATOR = "bisup_0123456789abcdef_" + "A".repeat(43);

    public static final String ISSUER = "https://idp.example";
    public static final String AUDIENCE = "bisup";
    public static final String PRIVATE_KEY = "bisup.test.private-key";
    public static final KeyPair PROVIDER = keys();

    @Override
    protected Map<String, String> settings(Path folder) {
        return Map.ofEntries(
                Map.entry("bisup.local", "true"),
                Map.entry("bisup.api.keys-required", "true"),
                Map.entry("bisup.api.operator-key", OPERATOR),
                Map.entry("bisup.api.oidc", "true"),
                Map.entry(PRIVATE_KEY, base64(PROVIDER.getPrivate().getEncoded())),
                Map.entry("quarkus.oidc.public-key", base64(PROVIDER.getPublic().getEncoded())),
                Map.entry("quarkus.oidc.token.issuer", ISSUER),
                Map.entry("quarkus.oidc.token.audience", AUDIENCE));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2_048);
            return generator.generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
