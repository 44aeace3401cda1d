"""write_llmcompressor.py SCHEME MODEL TEXT OUT: llm-compressor's preset of that name, rounded to nearest; it needs no text."""
import sys

import torch
from llmcompressor import oneshot
from llmcompressor.modifiers.quantization import QuantizationModifier
from transformers import AutoModelForCausalLM, AutoTokenizer

if __name__ == "__main__":
    scheme, source, _, out = sys.argv[1:]
    model = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32)
    oneshot(model=model, recipe=[QuantizationModifier(targets="Linear", ignore=["lm_head"], scheme=scheme)])
    model.save_pretrained(out, save_compressed=True)
    AutoTokenizer.from_pretrained(source).save_pretrained(out)
