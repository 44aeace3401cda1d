"""What the peers' runs share: the windows, the protocol, the peak of memory and the file of results."""
import argparse
import hashlib
import json
import math
import os
import resource
import sys
import time

import torch


def arguments(about):
    """The options of every run."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--model", required=True, help="checkpoint folder")
    parser.add_argument("--windows", required=True, help="what `./bisup bench windows` wrote")
    parser.add_argument("--results", required=True, help="JSON file that keeps the rows")
    parser.add_argument("--threads", type=int, default=2)
    return parser


def windows(options):
    """Calibration windows, and evaluation windows by text: token ids, the same for all programs."""
    torch.set_num_threads(options.threads)
    with open(options.windows, encoding="utf-8") as file:
        read = json.load(file)
    return read["calibration"], read["texts"]


def peak_megabytes():
    """Most resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 * 1.048576


@torch.inference_mode()
def perplexity(model, texts):
    """GPTQ's protocol: the exponential of the mean of the windows' mean negative log-likelihoods, logits in float32."""
    found = {}
    for name, ids in texts.items():
        loss = 0.0
        for window in ids:
            batch = torch.tensor([window])
            logits = model(batch, use_cache=False).logits[0, :-1].float()
            loss += torch.nn.functional.cross_entropy(logits, batch[0, 1:]).double().item()
        found[name] = math.exp(loss / len(ids))
    return found


def key(options, recipe, program):
    """What a row depends on."""
    with open(options.windows, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    return {
        "model": os.path.basename(os.path.normpath(options.model)),
        "windows": digest[:12],
        "program": program,
        "recipe": recipe,
        "threads": options.threads,
    }


def rows(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def leave_if_there(options, row):
    """Ends the process where the row was measured before."""
    if any(old["key"] == row for old in rows(options.results)):
        print(f"peers: kept: {row['program']}, {row['recipe']}")
        sys.exit(0)


def keep(options, row, scores, seconds, peak, evaluation_seconds):
    """Writes the row in one step."""
    result = {
        "key": row,
        "perplexity": scores,
        "seconds": round(seconds, 1),
        "peakMB": round(peak),
        "evaluationSeconds": round(evaluation_seconds, 1),
    }
    part = options.results + ".part"
    with open(part, "w", encoding="utf-8") as file:
        json.dump(rows(options.results) + [result], file, indent=1, sort_keys=True)
        file.write("\n")
    os.replace(part, options.results)
    print(f"peers: {row['program']}, {row['recipe']}: {scores}, {seconds:.1f} s, {peak:.0f} MB")


def measured(options, row, quantize, texts):
    """Times what quantizes, then measures the model that it returns."""
    started = time.time()
    model = quantize()
    seconds, peak = time.time() - started, peak_megabytes()
    started = time.time()
    scores = perplexity(model.eval(), texts)
    keep(options, row, scores, seconds, peak, time.time() - started)
