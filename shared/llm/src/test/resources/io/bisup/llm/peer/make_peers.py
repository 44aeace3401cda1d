"""Makes the checkpoints of this folder with llm-compressor, and the logits that transformers computes from them in float32.

    python3 -m venv env && env/bin/pip install llmcompressor==0.14.0
    env/bin/python make_peers.py FOLDER

Made with compressed-tensors 0.19.0, torch 2.13.0 and transformers 5.17.0. No build and no test runs this script: the files are committed.
"""

import sys
import tempfile
from pathlib import Path

import torch
from compressed_tensors.quantization import QuantizationArgs, QuantizationScheme, fake_quantize
from compressed_tensors.quantization.utils import compute_dynamic_scales_and_zp
from llmcompressor import oneshot
from llmcompressor.modifiers.quantization import QuantizationModifier
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaConfig, Phi3Config, Qwen2Config

SIZES = {
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 61,
    "max_position_embeddings": 64,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}


def args(bits, **more):
    return QuantizationArgs(num_bits=bits, type="int", **more)


def scheme(form, weights, inputs=None, targets=("Linear",)):
    return QuantizationScheme(targets=list(targets), weights=weights, input_activations=inputs, format=form)


TOKEN = {"strategy": "token", "dynamic": True}
GROUP = {"strategy": "group", "group_size": 32}
PACKED, PLAIN = "pack-quantized", "int-quantized"
# name: configuration of the model, schemes, names that are left as they are
PEERS = {
    "w4a16-group": (LlamaConfig(**SIZES), [scheme(PACKED, args(4, **GROUP))], ["lm_head"]),
    "w4a16-asymmetric": (Qwen2Config(**SIZES), [scheme(PACKED, args(4, symmetric=False, **GROUP))], ["lm_head"]),
    "w3a16-channel": (Phi3Config(**SIZES), [scheme(PACKED, args(3, strategy="channel"))], ["lm_head", "re:.*1.mlp.*"]),
    "w8a8": (LlamaConfig(**SIZES), [scheme(PLAIN, args(8, strategy="channel"), args(8, **TOKEN))], ["lm_head"]),
    "w8a8-asymmetric": (
        LlamaConfig(**SIZES),
        [scheme(PLAIN, args(8, strategy="channel"), args(8, symmetric=False, **TOKEN))],
        ["lm_head"],
    ),
    "w4a4-token": (LlamaConfig(**SIZES), [scheme(PACKED, args(4, **GROUP), args(4, **TOKEN))], ["lm_head"]),
    "w4a4-group": (
        LlamaConfig(**SIZES),
        [scheme(PACKED, args(4, **GROUP), args(4, dynamic=True, **GROUP))],
        ["lm_head"],
    ),
    "mixed": (
        LlamaConfig(**SIZES),
        [
            scheme(PACKED, args(6, **GROUP), args(8, **TOKEN), targets=["re:.*self_attn.*"]),
            scheme(PLAIN, args(8, strategy="channel"), targets=["re:.*mlp.*"]),
        ],
        [],
    ),
}


def make(folder, config, schemes, ignore):
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16, attn_implementation="eager").eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() == 2:
                parameter.normal_(0, 2 / parameter.shape[1] ** 0.5)
            elif name.endswith("bias"):
                parameter.normal_(0, 0.3)
            else:
                parameter.normal_(1, 0.3)
    with tempfile.TemporaryDirectory() as plain:
        model.save_pretrained(plain)
        model = AutoModelForCausalLM.from_pretrained(plain, dtype=torch.bfloat16, attn_implementation="eager")
        quantize(model, folder, schemes, ignore)
    reread = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    ids = torch.randint(3, SIZES["vocab_size"], (1, 24))
    with torch.no_grad():
        logits = reread(ids).logits
        for module in reread.modules():
            module.quantization_enabled = False
        exact = reread(ids).logits
    expected = {"ids": ids, "logits": logits.contiguous(), "exact_inputs": exact.contiguous()}
    save_file(expected, folder / "expected.safetensors")
    print(folder.name, logits.std().item(), (logits - exact).square().mean().sqrt().item())


def quantize(model, folder, schemes, ignore):
    groups = {f"group_{i}": each for i, each in enumerate(schemes)}
    oneshot(model=model, recipe=QuantizationModifier(config_groups=groups, ignore=ignore))
    model.save_pretrained(folder, save_compressed=True)
    for extra in folder.iterdir():
        if extra.name not in ("config.json", "model.safetensors"):
            extra.unlink()


def make_inputs(file):
    """Values and what compressed-tensors makes of them at run time, for every number of bits."""
    torch.manual_seed(1)
    x = torch.randn(1, 6, 96) * torch.logspace(-3, 2, 6)[None, :, None]
    x[0, 1, :32] = 0
    x[0, 2] = x[0, 2].abs()
    x[0, 3] = -x[0, 3].abs()
    x[0, 4, 7] = 1e4
    x[0, 5] = 0
    tensors = {"x": x}
    for bits in range(2, 9):
        for symmetric in (True, False):
            for name, how in (("token", TOKEN), ("group", {"dynamic": True, **GROUP})):
                inputs = args(bits, symmetric=symmetric, **how)
                scale, zero = compute_dynamic_scales_and_zp(x, inputs, None)
                rule = "symmetric" if symmetric else "asymmetric"
                tensors[f"{bits}.{rule}.{name}"] = fake_quantize(x, scale, zero, inputs).contiguous()
    save_file(tensors, file)


make_inputs(Path(sys.argv[1]) / "inputs.safetensors")
for name, peer in PEERS.items():
    target = Path(sys.argv[1]) / name
    target.mkdir(parents=True, exist_ok=True)
    make(target, *peer)
