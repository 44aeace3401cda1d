"""Is what sets llama.cpp apart the rounding of inputs? explain_llamacpp.py WORK RECIPE, after ./readers has read RECIPE:gguf.

Computes the same file in transformers, float32, with each quantized linear's input rounded as ggml's kernels for x86 do it, and prints
llama.cpp's difference of logits from transformers without and with that rounding.
"""
import json
import pathlib
import sys

import torch
from transformers import AutoModelForCausalLM

BLOCK = 32


def q8_0(x):
    """Blocks of 32 with the step max|x| / 127: codes by the step as it is, values by the step as float16."""
    blocks = x.reshape(*x.shape[:-1], -1, BLOCK)
    largest = blocks.abs().amax(-1, keepdim=True)
    codes = torch.round(blocks * (127 / largest.clamp_min(1e-30)))
    return (codes * (largest / 127).half().float()).reshape(x.shape)


def main(work, recipe):
    folder = work / f"export-{recipe}-gguf"
    theirs = torch.load(work / f"{recipe}-gguf.llamacpp.pt")
    rows = json.loads((work / "request.json").read_text())["rows"]
    ids = torch.tensor([rows[0][:len(theirs)]])
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file="model.gguf", dtype=torch.float32).eval()
    with torch.no_grad():
        exact = model(ids).logits[0]
        for name, module in model.named_modules():
            if isinstance(module, torch.nn.Linear) and name != "lm_head":
                module.register_forward_pre_hook(lambda _, args: (q8_0(args[0]),) + args[1:])
        rounded = model(ids).logits[0]
    for name, logits in {"inputs as they are": exact, "inputs rounded to eight bits": rounded}.items():
        difference = (logits - theirs).abs()
        print(f"{recipe}, {name}: llama.cpp differs by {difference.max():.3g} at most, {difference.mean():.3g} on average")
    between = (rounded - exact).abs()
    print(f"{recipe}, the rounding by itself: {between.max():.3g} at most, {between.mean():.3g} on average")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
