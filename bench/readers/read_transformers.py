"""transformers, with the compressed-tensors package where the folder asks for it; float32."""
import torch
from transformers import AutoModelForCausalLM

import answer

if __name__ == "__main__":
    asked = answer.request()
    model = AutoModelForCausalLM.from_pretrained(asked["folder"], dtype=torch.float32).eval()
    answer.of_transformers(model, asked, ["transformers", "compressed-tensors", "torch"])
