"""PEFT's adapter over the exported base, both as the export's page says; float32."""
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

import answer

if __name__ == "__main__":
    asked = answer.request()
    base = AutoModelForCausalLM.from_pretrained(asked["folder"] + "/base", dtype=torch.float32)
    # A packed base unpacks itself at its first use; PEFT looks at its weights before.
    base(torch.tensor([asked["rows"][0][:2]]))
    model = PeftModel.from_pretrained(base, asked["folder"] + "/adapter").eval()
    answer.of_transformers(model, asked, ["peft", "transformers", "compressed-tensors", "torch"])
