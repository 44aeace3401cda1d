package io.bisup.cli.local;

import io.bisup.contract.PropagationResult;
import io.bisup.contract.PropagationResult.Bin;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An error's way for people: a line each block, then a line each bin of tokens. */
final class PropagationTable {

    private static final List<String> LINEARS = List.of("q", "k", "v", "o", "gate", "up", "down");

    private PropagationTable() {}

    static void print(PropagationResult result, PrintWriter out) {
        out.println("Relative error ‖ŷ − y‖² / ‖y‖² behind each block and of its linears:");
        StringBuilder header =
                new StringBuilder(String.format(Locale.ROOT, "%5s %11s %9s", "block", "first token", "others"));
        LINEARS.forEach(linear -> header.append(String.format(Locale.ROOT, " %9s", linear)));
        out.println(header);
        for (PropagationResult.Block block : result.blocks()) {
            StringBuilder line = new StringBuilder(String.format(
                    Locale.ROOT, "%5d %11s %9s", block.block(), figure(block.firstToken()), figure(block.others())));
            LINEARS.forEach(linear -> line.append(
                    String.format(Locale.ROOT, " %9s", figure(block.linears().get(linear)))));
            out.println(line);
        }
        out.println();
        out.println("Error at later tokens for each token whose keys and values are rounded, mean over the blocks:");
        out.println(String.format(Locale.ROOT, "%12s %12s %20s", "positions", "later tokens", "received attention"));
        List<Bin> bins = result.horizontal().bins();
        for (int i = 0; i < bins.size(); i++) {
            out.println(String.format(
                    Locale.ROOT,
                    "%12s %12s %20s%s",
                    positions(bins.get(i)),
                    figure(result.horizontal().mean().later().get(i)),
                    figure(result.horizontal().mean().received().get(i)),
                    bins.get(i).prefix() ? "  prefix, exact" : ""));
        }
    }

    private static String positions(Bin bin) {
        return bin.width() == 1 ? String.valueOf(bin.first()) : bin.first() + "-" + bin.last();
    }

    private static String figure(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.3g", value);
    }
}
