"""Reads an artifact with PyTorch alone and computes logits: the format of docs/artifact/README.md in code.

    python3 read_artifact.py ARTIFACT IDS.safetensors LOGITS.safetensors

IDS holds int64 "input_ids" [batch, time]; LOGITS gets float32 "logits" [batch, time, vocabulary]. Needs torch, nothing else.
Default, linear and LongRoPE rotary embeddings; an artifact of a model with another kind is refused.
"""

import json
import math
import struct
import sys
from pathlib import Path

import torch
from torch.nn.functional import scaled_dot_product_attention, silu

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


def fake_quantize(x, form, clip):
    """x [..., channels] rounded to its format and back; clip [groups] or None, multiplied to the ends of each range."""
    if form["bits"] == 16:
        return x
    size = form["group"] or x.shape[-1]
    groups = x.unflatten(-1, (-1, size))
    clip = torch.ones(()) if clip is None else clip
    if form["symmetric"]:
        edge = 2 ** (form["bits"] - 1)
        scale = (groups.abs().amax(-1).clamp(min=1e-5) * clip / (edge - 1)).unsqueeze(-1)
        return ((groups / scale).round().clamp(-edge, edge - 1) * scale).flatten(-2)
    top = 2 ** form["bits"] - 1
    low = (groups.amin(-1).clamp(max=0) * clip).unsqueeze(-1)
    high = (groups.amax(-1).clamp(min=0) * clip).unsqueeze(-1)
    scale = ((high - low) / top).clamp(min=1e-5)
    zero = (-low / scale).round().clamp(0, top)
    return (((groups / scale).round() + zero).clamp(0, top) - zero).mul(scale).flatten(-2)


def formats(recipe):
    """Number formats by what they are for; "group" is None for a whole row. Recipes without a version are of version 1."""
    if "version" not in recipe:
        old = {"weights": recipe["weights"], "inputs": recipe["activations"], "keys": recipe["keyValue"], "values": recipe["keyValue"]}
        return {use: {**form, "group": int(form["group"]) if form["group"].isdigit() else None} for use, form in old.items()}
    precision = recipe["precision"]
    keys, values = precision["cache"]["keys"], precision["cache"]["values"]
    if keys["bits"] < 16 and (keys["place"] == "before_rope" or keys["offset"] in ("bias", "mean") or keys["rotate"] is True):
        raise SystemExit("keys that are quantized before RoPE, without an offset or rotated are not known to this script")
    new = {"weights": precision["weights"], "inputs": precision["inputs"], "keys": keys, "values": values}
    return {use: {**form, "group": form["scope"]["columns"] if isinstance(form["scope"], dict) else None} for use, form in new.items()}


class Artifact:
    def __init__(self, folder):
        self.config = json.loads((folder / "config.json").read_text())
        self.sidecar = json.loads((folder / "bisup_config.json").read_text())
        self.forms = formats(self.sidecar["recipe"])
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

    def weight(self, stem):
        form = self.forms["weights"]
        if form["bits"] == 16:
            return self.get(stem + ".weight")
        packed, scales = self.tensors[stem + ".qweight"], self.get(stem + ".scales")
        columns = packed.shape[1] * 8 // form["bits"]
        codes = unpack(packed, columns, form["bits"]).unflatten(1, (scales.shape[1], -1))
        if form["symmetric"]:
            zeros = torch.full_like(scales, 2 ** (form["bits"] - 1))
        else:
            zeros = unpack(self.tensors[stem + ".zeros"], scales.shape[1], form["bits"])
        return ((codes - zeros.unsqueeze(-1)) * scales.unsqueeze(-1)).flatten(1)

    def linears(self, layer, place, x, names):
        """y = x^ W^T + (x A^T) B^T + bias for all linears that read x."""
        block = f"model.layers.{layer}."
        rounded = fake_quantize(x, self.forms["inputs"], self.get(f"{block}act_clip.{place}"))
        results = []
        for name in names:
            y = rounded @ self.weight(block + name).T
            inner, outer = self.get(f"{block}{name}.lora_A"), self.get(f"{block}{name}.lora_B")
            if inner is not None:
                y = y + (x @ inner.T) @ outer.T
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

    def cached(self, x, layer, which, prefix):
        """One range per head and token; the prefix's exact rows go in front."""
        clip = self.get(f"model.layers.{layer}.kv_clip.{which}")
        clip = None if clip is None else clip.reshape(-1, 1, 1)
        rounded = fake_quantize(x, self.forms[which], clip)
        exact = self.get(f"prefix.{prefix}.{layer}")
        return rounded if exact is None else torch.cat((exact.expand(len(x), -1, -1, -1), rounded), 2)

    def block(self, x, layer):
        name = f"model.layers.{layer}."
        h = self.norm(x, name + "input_layernorm.weight")
        q, k, v = self.linears(layer, "attention", h, [f"self_attn.{p}_proj" for p in "qkv"])
        q = self.rotate(self.norm(self.split(q, self.heads), name + "self_attn.q_norm.weight"))
        k = self.rotate(self.norm(self.split(k, self.kv_heads), name + "self_attn.k_norm.weight"))
        k = self.cached(k, layer, "keys", "k").repeat_interleave(self.heads // self.kv_heads, 1)
        v = self.cached(self.split(v, self.kv_heads), layer, "values", "v").repeat_interleave(self.heads // self.kv_heads, 1)
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
