"""Answers, one JSON line each, what transformers makes of windows of token ids; see `transformers` beside this file.

First a line {"program"}; then for each line {"windows": [[id, ...], ...]} that is read, one {"seconds", "cpuSeconds",
"perplexity"}: GPTQ's protocol, logits in float32, one window at a time without a cache.
"""
import argparse
import json
import math
import os
import sys
import time

ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what libraries print is no answer

import torch  # noqa: E402
import transformers  # noqa: E402


@torch.inference_mode()
def answer(model, windows):
    started, busy = time.perf_counter(), time.process_time()
    loss = 0.0
    for window in windows:
        ids = torch.tensor([window])
        logits = model(ids, use_cache=False).logits[0, :-1].float()
        loss += torch.nn.functional.cross_entropy(logits, ids[0, 1:]).double().item()
    return {
        "seconds": time.perf_counter() - started,
        "cpuSeconds": time.process_time() - busy,
        "perplexity": math.exp(loss / len(windows)),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="checkpoint folder")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--type", choices=["float32", "bfloat16"], required=True)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model = transformers.AutoModelForCausalLM.from_pretrained(options.model, dtype=getattr(torch, options.type)).eval()
    say({"program": f"transformers {transformers.__version__}, torch {torch.__version__}"})
    for line in sys.stdin:
        say(answer(model, json.loads(line)["windows"]))


def say(line):
    ANSWERS.write(json.dumps(line) + "\n")
    ANSWERS.flush()


if __name__ == "__main__":
    main()
