package io.bisup.api.testing;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Digests;
import io.bisup.contract.PropagationResult;
import io.bisup.contract.PropagationResult.Bin;
import io.bisup.contract.PropagationResult.Block;
import io.bisup.contract.PropagationResult.Horizontal;
import io.bisup.contract.PropagationResult.Scales;
import io.bisup.contract.PropagationResult.Spread;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** An error map of the size and the shape that an evaluator stores: a prefix of three tokens, whose rows are zero. */
final class ErrorMapFixture {

    private static final List<String> LINEARS = List.of("q", "k", "v", "o", "gate", "up", "down");

    private ErrorMapFixture() {}

    static PropagationResult of(int layers) {
        List<Bin> bins = List.of(
                new Bin(0, 0, true),
                new Bin(1, 2, true),
                new Bin(3, 3, false),
                new Bin(4, 4, false),
                new Bin(5, 12, false),
                new Bin(13, 20, false),
                new Bin(21, 28, false),
                new Bin(29, 34, false));
        List<Spread> spreads = IntStream.range(0, layers)
                .mapToObj(layer -> spread(bins, 1e-6 * Math.exp(layer)))
                .toList();
        return new PropagationResult(
                "wiki",
                Digests.sha256("wiki"),
                DatasetFormat.TEXT,
                32,
                2,
                "prefix",
                Digests.sha256("1,2,3"),
                3,
                "float32",
                "0.1.0",
                IntStream.range(0, layers).mapToObj(ErrorMapFixture::block).toList(),
                IntStream.range(0, 32).mapToObj(i -> 0.02).toList(),
                IntStream.range(0, 35).mapToObj(i -> i == 0 ? 0.49 : 0.015).toList(),
                new Horizontal(2, bins, spreads.getFirst(), spreads),
                Scales.FIXED,
                1.5);
    }

    private static Block block(int layer) {
        TreeMap<String, Double> linears = new TreeMap<>();
        for (int i = 0; i < LINEARS.size(); i++) {
            linears.put(LINEARS.get(i), 1e-3 * (i + 1) * Math.exp(0.5 * layer));
        }
        return new Block(layer, 1e-4 * Math.exp(layer), 2e-3 * Math.exp(layer), linears);
    }

    private static Spread spread(List<Bin> bins, double error) {
        return new Spread(
                IntStream.range(0, bins.size())
                        .mapToObj(i -> i == 0 ? 0.49 : 0.015)
                        .toList(),
                bins.stream().map(bin -> bin.prefix() ? 0 : error / bin.first()).toList(),
                IntStream.range(0, bins.size())
                        .mapToObj(row -> IntStream.range(0, bins.size())
                                .mapToObj(column -> bins.get(row).prefix() || column < row
                                        ? 0.0
                                        : error
                                                / (1 + column - row)
                                                / bins.get(row).first())
                                .toList())
                        .toList());
    }
}
