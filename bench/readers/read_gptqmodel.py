"""GPTQModel's own PyTorch kernel, which is exact and runs everywhere."""
import torch
from gptqmodel import BACKEND, GPTQModel

import answer

if __name__ == "__main__":
    asked = answer.request()
    method = "TORCH" if "-gptq" in asked["folder"] else "TORCH_AWQ"
    model = GPTQModel.load(asked["folder"], backend=BACKEND[method], device="cpu", dtype=torch.float16)
    answer.of_transformers(model.model, asked, ["gptqmodel", "transformers", "torch"])
