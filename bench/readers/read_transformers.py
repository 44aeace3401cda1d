"""transformers, with the compressed-tensors or gguf package where the folder asks for it; float32."""
import pathlib

import torch
from transformers import AutoModelForCausalLM

import answer

if __name__ == "__main__":
    asked = answer.request()
    file = next(pathlib.Path(asked["folder"]).glob("*.gguf"), None)
    how = {"gguf_file": file.name} if file else {}
    model = AutoModelForCausalLM.from_pretrained(asked["folder"], dtype=torch.float32, **how).eval()
    answer.of_transformers(model, asked, ["transformers", "compressed-tensors", "gguf", "torch"])
