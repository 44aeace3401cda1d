"""Reads an artifact with PyTorch alone and computes logits: the format of docs/artifact/README.md in code.

    python3 read_artifact.py ARTIFACT IDS.safetensors LOGITS.safetensors

IDS holds int64 "input_ids" [batch, time]; LOGITS gets float32 "logits" [batch, time, vocabulary]. Needs torch, nothing else.
Layouts 1 and 2. Default, linear and LongRoPE rotary embeddings; an artifact of a model with another kind is refused.
"""

import json
import math
import struct
import sys
from pathlib import Path

import torch
from torch.nn.functional import pad, scaled_dot_product_attention, silu

TYPES = {"F32": torch.float32, "BF16": torch.bfloat16, "F16": torch.float16, "U8": torch.uint8, "I64": torch.int64}


def read_safetensors(path):
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            raw = torch.frombuffer(bytearray(data[8 + length + begin : 8 + length + end]), dtype=TYPES[entry["dtype"]])
            tensors[name] = raw.reshape(entry["shape"])
    return tensors


def write_safetensors(path, name, tensor):
    raw = tensor.contiguous().numpy().tobytes()
    header = json.dumps({name: {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [0, len(raw)]}}).encode()
    Path(path).write_bytes(struct.pack("<Q", len(header)) + header + raw)


def unpack(packed, columns, bits):
    """U8 [rows, row bytes] to codes [rows, columns]: a little-endian bit stream, least significant bit first."""
    stream = (packed.unsqueeze(-1).int() >> torch.arange(8)) & 1
    codes = stream.flatten(1)[:, : columns * bits].reshape(len(packed), columns, bits)
    return (codes << torch.arange(bits)).sum(-1).float()


def columns_of(form, width):
    """Neighbouring columns that share a scale; the last group of a row may be shorter."""
    scope = form["scope"]
    return min(scope["columns"], width) if isinstance(scope, dict) else width


def rows_of(form, height):
    """Neighbouring rows of a weight that share a scale."""
    scope = form["scope"]
    return scope.get("rows", 1) if isinstance(scope, dict) else height if scope == "tensor" else 1


def fake_quantize(x, form, clip):
    """x [..., channels] rounded to its format and back; clip [groups] or None, multiplied to the ends of each range."""
    if form["bits"] == 16:
        return x
    width = x.shape[-1]
    size = columns_of(form, width)
    # Zeros fill up a short last group: they change no range, for every range holds 0.
    groups = pad(x, (0, -width % size)).unflatten(-1, (-1, size))
    clip = torch.ones(()) if clip is None else clip
    if form["symmetric"]:
        edge = 2 ** (form["bits"] - 1)
        scale = (groups.abs().amax(-1).clamp(min=1e-5) * clip / (edge - 1)).unsqueeze(-1)
        return ((groups / scale).round().clamp(-edge, edge - 1) * scale).flatten(-2)[..., :width]
    top = 2 ** form["bits"] - 1
    low = (groups.amin(-1).clamp(max=0) * clip).unsqueeze(-1)
    high = (groups.amax(-1).clamp(min=0) * clip).unsqueeze(-1)
    scale = ((high - low) / top).clamp(min=1e-5)
    zero = (-low / scale).round().clamp(0, top)
    return (((groups / scale).round() + zero).clamp(0, top) - zero).mul(scale).flatten(-2)[..., :width]


class JavaRandom:
    """java.util.Random: its documentation specifies the algorithm."""

    def __init__(self, seed):
        self.state = (seed ^ 0x5DEECE66D) & (2**48 - 1)
        self.spare = None

    def next(self, bits):
        self.state = (self.state * 0x5DEECE66D + 0xB) & (2**48 - 1)
        return self.state >> (48 - bits)

    def sign(self):
        return 1.0 if self.next(1) else -1.0

    def uniform(self):
        high = self.next(26)
        return ((high << 27) + self.next(27)) * 2.0**-53

    def gaussian(self):
        if self.spare is not None:
            value, self.spare = self.spare, None
            return value
        while True:
            u, v = 2 * self.uniform() - 1, 2 * self.uniform() - 1
            square = u * u + v * v
            if 0 < square < 1:
                factor = math.sqrt(-2 * math.log(square) / square)
                self.spare = v * factor
                return u * factor


def random_orthogonal(size, seed):
    """Q of a Gaussian matrix, each column with the sign of R's diagonal."""
    random = JavaRandom(seed)
    gaussian = torch.tensor([random.gaussian() for _ in range(size * size)], dtype=torch.float64).reshape(size, size)
    q, r = torch.linalg.qr(gaussian)
    return q * r.diagonal().sign()


def residue_characters(prime):
    """J of Paley's constructions: the quadratic character of i - j."""
    squares = {a * a % prime for a in range(1, prime)}
    value = [0] + [1 if a in squares else -1 for a in range(1, prime)]
    return torch.tensor([[value[(i - j) % prime] for j in range(prime)] for i in range(prime)], dtype=torch.float64)


def is_prime(number):
    return number > 2 and all(number % d for d in range(2, math.isqrt(number) + 1))


def odd_prime_power(number):
    """Whether it is p^k, p an odd prime and 1 <= k <= 3."""
    prime = next((d for d in range(2, math.isqrt(max(number, 0)) + 1) if number % d == 0), number)
    return prime > 2 and number in (prime, prime**2, prime**3)


def bordered(prime, below):
    core = torch.ones(prime + 1, prime + 1, dtype=torch.float64)
    core[0, 0], core[1:, 0], core[1:, 1:] = 0, below, residue_characters(prime)
    return core


def hadamard(order):
    """Rows of +-1: Sylvester's matrix, else Paley's first, else his second."""
    if order & (order - 1) == 0:
        matrix = torch.ones(1, 1, dtype=torch.float64)
        while len(matrix) < order:
            matrix = torch.kron(torch.tensor([[1, 1], [1, -1]], dtype=torch.float64), matrix)
        return matrix
    first = odd_prime_power(order - 1)
    field = order - 1 if first else order // 2 - 1
    if not is_prime(field):
        raise SystemExit(f"a Hadamard matrix of order {order} over a field of {field} elements, no prime, is not known to this script")
    if first:
        return torch.eye(order, dtype=torch.float64) + bordered(field, -1)
    core = bordered(field, 1)
    quarters = torch.tensor([[[1, 1], [1, -1]], [[1, -1], [-1, -1]]], dtype=torch.float64)
    return torch.kron(core, quarters[0]) + torch.kron(torch.eye(len(core), dtype=torch.float64), quarters[1])


class Rotation:
    """x Q with Q = D (F1 (x) F2 (x) ...), D random signs or none."""

    def __init__(self, form):
        self.signs = None
        if form.get("signSeed") is not None:
            random = JavaRandom(form["signSeed"])
            self.signs = torch.tensor([random.sign() for _ in range(form["width"])])
        self.factors = []
        for factor in form["factors"]:
            size = factor["size"]
            if factor["kind"] == "identity":
                matrix = torch.eye(size, dtype=torch.float64)
            elif factor["kind"] == "hadamard":
                matrix = hadamard(size) / math.sqrt(size)
            elif factor["kind"] == "random":
                matrix = random_orthogonal(size, factor["seed"])
            else:
                raise SystemExit(f"a factor of kind {factor['kind']} is not known to this script")
            self.factors.append(matrix.float())

    def apply(self, x):
        return self.product(x if self.signs is None else x * self.signs, self.factors)

    def undo(self, y):
        x = self.product(y, [factor.T for factor in self.factors])
        return x if self.signs is None else x * self.signs

    @staticmethod
    def product(x, factors):
        shape, behind = x.shape, x.shape[-1]
        for factor in factors:
            behind //= len(factor)
            x = factor.T @ x.reshape(-1, len(factor), behind)
        return x.reshape(shape)


LINEARS = {
    "self_attn.q_proj": "query",
    "self_attn.k_proj": "key",
    "self_attn.v_proj": "value",
    "self_attn.o_proj": "output",
    "mlp.gate_proj": "gate",
    "mlp.up_proj": "up",
    "mlp.down_proj": "down",
}
SITES = {"attention": "qkv", "output": "o", "feed_forward": "gate_up", "down": "down"}


def first_layout(sidecar, config):
    """The block's description that artifacts of layout 1 leave to their recipe: no maps, keys after RoPE."""
    recipe = sidecar["recipe"]
    if "version" in recipe:
        raise SystemExit("an artifact of layout 1 has a recipe of version 1; make the artifact again")

    def form(old):
        group = old["group"]
        return {**old, "scope": {"columns": int(group)} if group.isdigit() else "row"}

    def segments(old, columns):
        return [] if old["bits"] == 16 else [{"columns": columns, "format": form(old)}]

    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    mixed, inner = heads * (config.get("head_dim") or hidden // heads), config["intermediate_size"]
    widths = {"qkv": hidden, "o": mixed, "gate_up": hidden, "down": inner}
    site = {"query": "qkv", "key": "qkv", "value": "qkv", "output": "o", "gate": "gate_up", "up": "gate_up", "down": "down"}
    cache = form(recipe["keyValue"])
    return {
        "inputs": {name: {"online": [], "segments": segments(recipe["activations"], widths[name])} for name in widths},
        "weights": {name: segments(recipe["weights"], widths[site[name]]) for name in site},
        "cache": {"keys": cache, "values": cache, "beforeRope": False},
        "branches": "exact",
    }


class Artifact:
    def __init__(self, folder):
        self.config = json.loads((folder / "config.json").read_text())
        self.sidecar = json.loads((folder / "bisup_config.json").read_text())
        version = self.sidecar["formatVersion"]
        if version not in (1, 2):
            raise SystemExit(f"layout {version} is not known to this script, which reads 1 and 2")
        self.form = self.sidecar["block"] if version == 2 else first_layout(self.sidecar, self.config)
        for part in ("inputs", "weights"):
            self.form[part] = {name.lower(): value for name, value in self.form[part].items()}
        self.rotations = {}
        index = json.loads((folder / "model.safetensors.index.json").read_text())
        self.tensors = {}
        for shard in sorted(set(index["weight_map"].values())):
            self.tensors.update(read_safetensors(folder / shard))
        self.heads = self.config["num_attention_heads"]
        self.kv_heads = self.config.get("num_key_value_heads", self.heads)
        self.head_dim = self.config.get("head_dim") or self.config["hidden_size"] // self.heads
        self.prefix = len(self.sidecar["prefixTokenIds"])

    def get(self, name):
        found = self.tensors.get(name)
        return None if found is None else found.float()

    def rotation(self, form):
        key = json.dumps(form, sort_keys=True)
        if key not in self.rotations:
            self.rotations[key] = Rotation(form)
        return self.rotations[key]

    def map(self, x, form, stem):
        """x behind one map of an input."""
        kind = form["kind"]
        if kind == "permutation":
            return x[..., self.tensors[stem + ".order"]]
        if kind == "diagonal":
            return x / self.get(stem + ".divisor")
        if kind == "offset":
            return x - self.get(stem + ".offset")
        if kind == "orthogonal":
            return self.rotation(form).apply(x)
        raise SystemExit(f"a map of kind {kind} is not known to this script")

    def weight(self, block, name):
        own = self.form.get("layers", {}).get(block.split(".")[2], self.form["weights"])
        segments, stem = {role.lower(): value for role, value in own.items()}.get(LINEARS[name], []), block + name
        if len(segments) < 2:
            return self.segment(stem, segments[0]) if segments else self.get(stem + ".weight")
        return torch.cat([self.segment(f"{stem}.{i}", segment) for i, segment in enumerate(segments)], 1)

    def segment(self, stem, segment):
        """Consecutive input channels of a weight, [out, columns]: one scale per tile of rows and columns."""
        form, columns = segment["format"], segment["columns"]
        if form["bits"] == 16:
            return self.get(stem + ".weight")
        codes, scales = unpack(self.tensors[stem + ".qweight"], columns, form["bits"]), self.get(stem + ".scales")
        if form["symmetric"]:
            zeros = torch.full_like(scales, 2 ** (form["bits"] - 1))
        else:
            zeros = unpack(self.tensors[stem + ".zeros"], scales.shape[1], form["bits"])
        row, column = torch.arange(len(codes)) // rows_of(form, len(codes)), torch.arange(columns) // columns_of(form, columns)
        return (codes - zeros[row][:, column]) * scales[row][:, column]

    def linears(self, layer, place, x, names):
        """y = x^ W^T + (x A^T) B^T + bias for all linears that read x; A may read x^ instead of x."""
        block, form = f"model.layers.{layer}.", self.form["inputs"].get(SITES[place], {"online": [], "segments": []})
        for i, online in enumerate(form["online"]):
            x = self.map(x, online, f"{block}map.{place}.{i}")
        rounded, clip = x, f"{block}act_clip.{place}"
        if form["segments"]:
            parts = x.split([segment["columns"] for segment in form["segments"]], -1)
            clips = [self.get(clip if i == 0 else f"{clip}.{i}") for i in range(len(parts))]
            rounded = torch.cat([fake_quantize(p, s["format"], c) for p, s, c in zip(parts, form["segments"], clips)], -1)
        read = rounded if self.form["branches"].lower() == "quantized" else x
        results = []
        for name in names:
            y = rounded @ self.weight(block, name).T
            inner, outer = self.get(f"{block}{name}.lora_A"), self.get(f"{block}{name}.lora_B")
            if inner is not None:
                y = y + (read @ inner.T) @ outer.T
            bias = self.get(f"{block}{name}.bias")
            results.append(y if bias is None else y + bias)
        return results

    def norm(self, x, name):
        weight = self.get(name)
        return x if weight is None else x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.config["rms_norm_eps"]) * weight

    def window(self, layer):
        """Positions that the block's queries see, their own included; None for all."""
        family = self.config["architectures"][0].removesuffix("ForCausalLM")
        size = self.config.get("sliding_window", None if family in ("Llama", "Phi3") else 4096)
        if family == "Llama" or (family.startswith("Qwen") and not self.config.get("use_sliding_window")):
            return None
        types = self.config.get("layer_types")
        if types is None and family.startswith("Qwen"):
            return size if layer >= self.config.get("max_window_layers", 28) else None
        return None if types is not None and types[layer] == "full_attention" else size

    def split(self, x, heads):
        return x.unflatten(-1, (heads, self.head_dim)).transpose(1, 2)

    def rotate(self, x):
        rope = self.config.get("rope_parameters") or self.config.get("rope_scaling") or {}
        kind = rope.get("rope_type", rope.get("type", "default"))
        if kind not in ("default", "linear", "longrope", "su"):
            raise SystemExit(f"rotary embedding of kind {kind} is not known to this script")
        theta = rope.get("rope_theta", self.config.get("rope_theta", 10000.0))
        stretch, amplitude = (rope.get("factor", 1.0) if kind == "linear" else 1.0), 1.0
        if kind in ("longrope", "su"):
            stretch, amplitude = self.long_rope(rope, self.prefix + x.shape[2])
        frequencies = theta ** (-torch.arange(0, self.head_dim, 2, dtype=torch.float64) / self.head_dim) / stretch
        positions = torch.arange(self.prefix, self.prefix + x.shape[2], dtype=torch.float64)
        angles = torch.outer(positions, frequencies).repeat(1, 2)
        half = torch.cat((-x[..., self.head_dim // 2 :], x[..., : self.head_dim // 2]), -1)
        return (x * angles.cos().float() + half * angles.sin().float()) * amplitude

    def long_rope(self, rope, length):
        """The divisors of the frequencies for a sequence of that length, and the factor on cosines and sines."""
        longest = self.config["max_position_embeddings"]
        phi3 = self.config["architectures"][0] == "Phi3ForCausalLM"
        original = self.config.get("original_max_position_embeddings") or (
            4096 if phi3 else rope.get("original_max_position_embeddings", longest)
        )
        factor = rope.get("factor") or longest / original
        attention = math.sqrt(1 + math.log(factor) / math.log(original)) if factor > 1 else 1.0
        divisors = rope["long_factor" if length > original else "short_factor"]
        return torch.tensor(divisors, dtype=torch.float64), rope.get("attention_factor") or attention

    def cached(self, x, layer, which):
        """As the cache holds fresh keys or values [batch, kv heads, time, head dim]: one range per head and token."""
        clip = self.get(f"model.layers.{layer}.kv_clip.{which}")
        clip = None if clip is None else clip.reshape(-1, 1, 1)
        if which == "values":
            return fake_quantize(x, self.form["cache"]["values"], clip)
        offset, turn = self.get(f"model.layers.{layer}.kv_offset.keys"), self.form["cache"].get("rotation")
        x = x if offset is None else x - offset
        x = x if turn is None else self.rotation(turn).apply(x)
        x = fake_quantize(x, self.form["cache"]["keys"], clip)
        x = x if turn is None else self.rotation(turn).undo(x)
        return x if offset is None else x + offset

    def keys(self, k, layer):
        if self.form["cache"]["beforeRope"]:
            return self.rotate(self.cached(k, layer, "keys"))
        return self.cached(self.rotate(k), layer, "keys")

    def all_heads(self, x, layer, prefix):
        """The prefix's exact rows in front; each head repeated for the queries that share it."""
        exact = self.get(f"prefix.{prefix}.{layer}")
        x = x if exact is None else torch.cat((exact.expand(len(x), -1, -1, -1), x), 2)
        return x.repeat_interleave(self.heads // self.kv_heads, 1)

    def block(self, x, layer):
        name = f"model.layers.{layer}."
        h = self.norm(x, name + "input_layernorm.weight")
        q, k, v = self.linears(layer, "attention", h, [f"self_attn.{p}_proj" for p in "qkv"])
        q = self.rotate(self.norm(self.split(q, self.heads), name + "self_attn.q_norm.weight"))
        k = self.keys(self.norm(self.split(k, self.kv_heads), name + "self_attn.k_norm.weight"), layer)
        k = self.all_heads(k, layer, "k")
        v = self.all_heads(self.cached(self.split(v, self.kv_heads), layer, "values"), layer, "v")
        seen = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool).tril(self.prefix)
        if self.window(layer):
            seen = seen.triu(self.prefix - self.window(layer) + 1)
        mixed = scaled_dot_product_attention(q, k, v, attn_mask=seen, scale=1 / math.sqrt(self.head_dim))
        x = x + self.linears(layer, "output", mixed.transpose(1, 2).flatten(2), ["self_attn.o_proj"])[0]
        h = self.norm(x, name + "post_attention_layernorm.weight")
        gate, up = self.linears(layer, "feed_forward", h, ["mlp.gate_proj", "mlp.up_proj"])
        return x + self.linears(layer, "down", silu(gate) * up, ["mlp.down_proj"])[0]

    def logits(self, ids):
        # Where the two are tied, the one matrix may be stored under either name.
        table = self.get("model.embed_tokens.weight")
        table = self.get("lm_head.weight") if table is None else table
        x = table[ids]
        for layer in range(self.config["num_hidden_layers"]):
            x = self.block(x, layer)
        head = self.get("lm_head.weight")
        return self.norm(x, "model.norm.weight") @ (table if head is None else head).T


if __name__ == "__main__":
    folder, ids, out = sys.argv[1:]
    with torch.no_grad():
        write_safetensors(out, "logits", Artifact(Path(folder)).logits(read_safetensors(ids)["input_ids"]))
