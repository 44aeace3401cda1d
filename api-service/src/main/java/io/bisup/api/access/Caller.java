package io.bisup.api.access;

import io.bisup.platform.access.Role;
import io.bisup.platform.access.Tenant;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who sends a request.
 *
 * @param tenant whose inputs, jobs and artifacts the request sees
 * @param name of the key, or subject of the token
 * @param roles what may be done
 * @param limited whether the tenant's rate limit counts: not for the person at a local suite
 */
public record Caller(String tenant, String name, Set<Role> roles, boolean limited) {

    /** The user of a service that requires no key. */
    static final Caller LOCAL = new Caller(Tenant.DEFAULT, "local", Role.OPERATOR.included(), false);

    private static final String ATTRIBUTE = "bisup.caller";

    SecurityIdentity identity() {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(name))
                .addRoles(roles.stream().map(Role::id).collect(Collectors.toSet()))
                .addAttribute(ATTRIBUTE, this)
                .setAnonymous(false)
                .build();
    }

    static boolean isKnown(SecurityIdentity identity) {
        return identity.getAttribute(ATTRIBUTE) != null;
    }

    static Caller of(SecurityIdentity identity) {
        Caller caller = identity.getAttribute(ATTRIBUTE);
        if (caller == null) {
            throw new io.quarkus.security.UnauthorizedException("the request names nobody");
        }
        return caller;
    }

    /** Roles of ours among the names that a token carries, with those that they include. */
    static Set<Role> roles(Set<String> names) {
        return Arrays.stream(Role.values())
                .filter(role -> names.contains(role.id()))
                .flatMap(role -> role.included().stream())
                .collect(Collectors.toUnmodifiableSet());
    }
}
