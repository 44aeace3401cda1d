package io.bisup.llm.tensor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Packs the kernel sources into a TorchScript archive, which libtorch compiles when it loads it. */
final class KernelArchive {
    private static final String FOLDER = "/io/bisup/llm/kernels/";
    private static final String HEAD =
            "class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n";

    /** Pickle of an object of class {@code __torch__.M} whose only attribute is {@code training = True}. */
    private static final byte[] MODULE_PICKLE = concat(
            hex("8002"),
            ascii("c__torch__\nM\n)"),
            hex("81"),
            ascii("}(X"),
            hex("08000000"),
            ascii("training"),
            hex("88"),
            ascii("ub."));

    private static final byte[] EMPTY_TUPLE_PICKLE = concat(hex("8002"), ascii(")."));

    private KernelArchive() {}

    /** The archive of all files named in the kernel index; float32 matrices are multiplied by that library. */
    static byte[] build(ProductLibrary products) {
        return build(products.inKernels(sources()));
    }

    /** The archive of the given methods. */
    static byte[] build(String methods) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            store(zip, "m/data.pkl", MODULE_PICKLE);
            store(zip, "m/code/__torch__.py", (HEAD + asMethods(methods)).getBytes(StandardCharsets.UTF_8));
            store(zip, "m/constants.pkl", EMPTY_TUPLE_PICKLE);
            store(zip, "m/version", ascii("10\n"));
            store(zip, "m/byteorder", ascii("little"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The kernel files, in the order of the index. */
    static List<String> index() {
        return read("index")
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    private static String sources() {
        return index().stream().map(KernelArchive::read).collect(Collectors.joining("\n"));
    }

    private static String asMethods(String functions) {
        return functions
                .lines()
                .filter(line -> !line.isBlank() && !line.strip().startsWith("#"))
                .map(line -> "  " + line.replaceFirst("^def (\\w+)\\(self", "def $1(self: __torch__.M"))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String read(String name) {
        try (InputStream stream = KernelArchive.class.getResourceAsStream(FOLDER + name)) {
            if (stream == null) {
                throw new IllegalStateException("Kernel resource " + FOLDER + name
                        + " is missing; the kernel index names it, so the build of this jar is incomplete.");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
