package io.bisup.api.testing;

import io.bisup.contract.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.config.ConfigProvider;

/** Tokens as an OIDC provider signs them, and as forgers do. */
public final class Tokens {

    private Tokens() {}

    /** The claims of a good token; null takes one away. */
    public static Map<String, Object> claims(Map<String, ?> changes) {
        Map<String, Object> claims = new TreeMap<>(Map.of(
                "iss",
                LockedStack.ISSUER,
                "aud",
                LockedStack.AUDIENCE,
                "sub",
                "ada",
                "tenant",
                "tokens",
                "groups",
                List.of("submitter"),
                "iat",
                Instant.now().getEpochSecond(),
                "exp",
                Instant.now().getEpochSecond() + 300));
        claims.putAll(changes);
        claims.values().removeIf("absent"::equals);
        return claims;
    }

    public static String signed(Map<String, Object> claims) {
        return signed("{\"alg\":\"RS256\",\"typ\":\"JWT\"}", claims);
    }

    public static String signed(String header, Map<String, Object> claims) {
        String content = part(header) + "." + part(Json.write(claims));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key());
            signature.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String part(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    /** The test's class loader has another {@link LockedStack} than the one that started the service. */
    private static PrivateKey key() throws GeneralSecurityException {
        String encoded = ConfigProvider.getConfig().getValue(LockedStack.PRIVATE_KEY, String.class);
        return KeyFactory.getInstance("RSA")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(encoded)));
    }
}
