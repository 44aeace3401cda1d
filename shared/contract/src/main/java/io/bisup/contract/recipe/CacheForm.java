package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bisup.contract.Check;
import io.bisup.contract.recipe.CacheFormat.Offset;
import io.bisup.contract.recipe.CacheFormat.Place;
import io.bisup.contract.recipe.CacheFormat.Toggle;

/**
 * A {@link CacheFormat} as documents write it: what concerns keys alone stands with the keys.
 *
 * @param keys their format, and where and how they are quantized
 * @param values their format
 */
record CacheForm(Keys keys, Values values) {

    /** How keys are stored; asymmetric and per head unless told, the rest the planner's choice. */
    record Keys(
            Format.Type type,
            int bits,
            @JsonProperty(defaultValue = "false") boolean symmetric,
            Scope scope,
            Place place,
            Offset offset,
            Toggle rotate) {}

    /** How values are stored; asymmetric and per head unless told. */
    record Values(
            Format.Type type,
            int bits,
            @JsonProperty(defaultValue = "false") boolean symmetric,
            Scope scope) {}

    CacheForm {
        Check.present(keys, "keys");
        Check.present(values, "values");
    }

    static CacheForm of(CacheFormat cache) {
        Format keys = cache.keys();
        Format values = cache.values();
        return new CacheForm(
                new Keys(
                        keys.type(),
                        keys.bits(),
                        keys.symmetric(),
                        keys.scope(),
                        cache.place(),
                        cache.offset(),
                        cache.rotateKeys()),
                new Values(values.type(), values.bits(), values.symmetric(), values.scope()));
    }

    CacheFormat format() {
        return new CacheFormat(
                new Format(keys.type, keys.bits, keys.symmetric, perHead(keys.scope)),
                new Format(values.type, values.bits, values.symmetric, perHead(values.scope)),
                keys.place,
                keys.offset,
                keys.rotate);
    }

    private static Scope perHead(Scope scope) {
        return scope == null ? new Scope.Head() : scope;
    }
}
