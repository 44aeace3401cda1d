package io.bisup.api.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Values that nobody means, and documents that hold one of them. */
public final class Hostile {

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "\0",
            "a\0b",
            "\ud800",
            "\u202etxt",
            "..",
            "../../etc/passwd",
            "/proc/self/environ",
            "%2e%2e%2f",
            "' or 1=1 --",
            "\"; drop table job; --",
            "${jndi:ldap://127.0.0.1/x}",
            "{{7*7}}",
            "<script>alert(1)</script>",
            "file:///etc/passwd",
            "http://169.254.169.254/",
            "null",
            "undefined",
            "NaN",
            "true",
            "-1",
            "9223372036854775808",
            "1e999",
            "0x10",
            "2026-13-45T99:99:99Z",
            "é\u0301",
            "\ufeff",
            "😀".repeat(200),
            "x".repeat(300),
            "y".repeat(5_000),
            "a,b,c",
            "a=b=c",
            "\r\nSet-Cookie: a=b",
            "01a20f49-916c-7a9a-b413-22b37bdd076e");

    private final Random random;
    private final JsonNodeFactory json = JsonNodeFactory.instance;

    public Hostile(Random random) {
        this.random = random;
    }

    public String text() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    /** A hostile text as part of an address; now and then encoded wrongly. */
    public String encoded() {
        String text = text();
        return switch (random.nextInt(20)) {
            case 0 -> "%zz";
            case 1 -> "%";
            case 2 -> "%00";
            case 3 -> "%c0%ae%c0%ae";
            default ->
                URLEncoder.encode(text.length() > 1_000 ? text.substring(0, 1_000) : text, StandardCharsets.UTF_8)
                        .replace("+", "%20");
        };
    }

    public JsonNode value() {
        return switch (random.nextInt(14)) {
            case 0 -> json.nullNode();
            case 1 -> json.booleanNode(random.nextBoolean());
            case 2 -> json.numberNode(-1);
            case 3 -> json.numberNode(0);
            case 4 -> json.numberNode(Long.MAX_VALUE);
            case 5 -> json.numberNode(BigInteger.TWO.pow(100));
            case 6 -> json.numberNode(new BigDecimal("1e-400"));
            case 7 -> json.numberNode(0.5);
            case 8 -> json.arrayNode();
            case 9 -> json.objectNode();
            case 10 -> json.arrayNode().add(json.nullNode()).add(text());
            case 11 -> json.objectNode().put(text(), text());
            default -> json.textNode(text());
        };
    }

    /** The document with one node replaced, removed, renamed or added. */
    public JsonNode mutated(JsonNode document) {
        JsonNode copy = document.deepCopy();
        JsonNode node = copy;
        while (true) {
            int size = node.size();
            if (size == 0 || !node.isContainerNode()) {
                return value();
            }
            int at = random.nextInt(size);
            JsonNode child = node.isArray() ? node.get(at) : node.get(name(node, at));
            if (child.isContainerNode() && !child.isEmpty() && random.nextBoolean()) {
                node = child;
                continue;
            }
            change(node, at);
            return copy;
        }
    }

    private void change(JsonNode node, int at) {
        if (node instanceof ArrayNode array) {
            array.set(at, value());
        } else if (node instanceof ObjectNode object) {
            String name = name(object, at);
            switch (random.nextInt(4)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(text(), value());
                default -> object.set(name, value());
            }
        }
    }

    private static String name(JsonNode object, int at) {
        return object.properties().stream().skip(at).findFirst().orElseThrow().getKey();
    }
}
