"""Other programs' logits on our exports beside our engine's on the artifact; a table in Markdown on standard output.

compare.py WORK MODEL TEXT [RECIPE[:FORMAT[:READER]] ...]: WORK keeps artifacts, exports and answers from one run to the next.
Started by ./readers, which makes each reader's environment; BISUP names the command line (default: ../../bisup).
"""
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).resolve().parent
BISUP = os.environ.get("BISUP", str(HERE.parent.parent / "bisup"))
WINDOWS, WINDOW, LOGIT_TOKENS, GREEDY = 4, 256, 64, 24
LIMIT_SECONDS = int(os.environ.get("READER_SECONDS", "1200"))
# Recipes that learn nothing give the same weights whatever they are calibrated on.
SAMPLES = int(os.environ.get("CALIBRATION_SAMPLES", "8"))

# Which programs read what, by recipe: a reader is a script here and an environment of ./readers.
CASES = {
    "w4a16-g64": {"compressed-tensors": ["transformers", "vllm"], "gptq": ["gptqmodel", "vllm"], "awq": ["gptqmodel", "vllm"],
                  "gguf": ["transformers", "llamacpp"], "hf-fake": ["transformers", "vllm"], "hf-fake-float32": ["transformers"]},
    "w4a16-asym-g64": {"compressed-tensors": ["transformers", "vllm"], "compressed-tensors-naive": ["transformers", "vllm"],
                       "gptq": ["gptqmodel"], "awq": ["gptqmodel", "vllm"],
                       "gguf": ["transformers", "llamacpp"]},
    "w3a16-g64": {"compressed-tensors": ["transformers", "vllm"], "gptq": ["gptqmodel"]},
    "w8a16-g64": {"compressed-tensors": ["transformers", "vllm"], "gptq": ["gptqmodel"], "gguf": ["transformers", "llamacpp"]},
    "w8a8": {"compressed-tensors": ["transformers", "vllm"]},
    # vLLM's packed kernels for rounded inputs need CUDA: on a CPU the row is its refusal.
    "w4a8-g64": {"compressed-tensors": ["transformers", "vllm"], "compressed-tensors-naive": ["transformers", "vllm"]},
    "w4a4-g64": {"compressed-tensors": ["transformers", "vllm"]},
    "folded-w4a16-g64": {"compressed-tensors": ["transformers", "vllm"], "gguf": ["transformers", "llamacpp"],
                         "hf-fake": ["transformers"], "hf-fake-float32": ["transformers"]},
    "branch-w4a16-g64": {"peft": ["peft"], "hf-fake": ["transformers"], "hf-fake-float32": ["transformers"]},
    # The presets learn and have groups of 128: a model of other widths is a row that says so.
    "portable-w4a16-g128": {"compressed-tensors": ["transformers", "vllm"], "gptq": ["gptqmodel", "vllm"],
                            "awq": ["gptqmodel", "vllm"], "gguf": ["transformers", "llamacpp"]},
    "portable-w8a8": {"compressed-tensors": ["transformers", "vllm"]},
    "portable-w4a8-g128": {"compressed-tensors": ["transformers", "vllm"], "compressed-tensors-naive": ["transformers", "vllm"]},
    "portable-w4a4-g128": {"compressed-tensors": ["transformers", "vllm"]},
}
# What an export is asked for where its name is not the whole of it. hf-fake is bfloat16 by itself.
OPTIONS = {"compressed-tensors-naive": ["--format", "compressed-tensors", "--layout", "naive"],
           "hf-fake-float32": ["--format", "hf-fake", "--dtype", "float32"]}


def bisup(*args):
    """Runs the command line: what it prints, or its own message where it fails."""
    done = subprocess.run([BISUP, *map(str, args)], capture_output=True, text=True)
    if done.returncode:
        lines = [line for line in done.stderr.strip().splitlines() if line.startswith("bisup:")]
        raise RuntimeError(lines[-1] if lines else done.stderr.strip()[-400:])
    return done.stdout


def windows(model, text):
    ids = Tokenizer.from_file(str(model / "tokenizer.json")).encode(text.read_text(), add_special_tokens=False).ids
    if len(ids) < WINDOWS * WINDOW:
        sys.exit(f"{text} has {len(ids)} tokens, {WINDOWS * WINDOW} are read: name a longer text")
    return [ids[i * WINDOW:(i + 1) * WINDOW] for i in range(WINDOWS)]


def ours(work, artifact, rows, name):
    """Logits [rows, time, vocabulary] of our engine, float32; kept in a file."""
    out = work / f"{name}.safetensors"
    if not out.exists():
        ids = work / "ids.safetensors"
        save_file({"input_ids": torch.tensor(rows)}, ids)
        bisup("local", "logits", "--model", artifact, "--ids", ids, "--out", out)
    with safe_open(out, "pt") as file:
        return file.get_tensor("logits")


def next_logprobs(logits, rows):
    """Log-probabilities of each window's tokens from the second on."""
    return [[float(v) for v in torch.log_softmax(row[:-1].double(), -1).gather(-1, torch.tensor(ids[1:])[:, None])[:, 0]]
            for row, ids in zip(logits, rows)]


def perplexity(logprobs):
    every = [value for row in logprobs for value in row]
    return math.exp(-sum(every) / len(every))


def read(work, reader, export, rows, name):
    """A reader's answer: versions, logprobs of the windows, greedy ids, and logits of the first tokens where it has them."""
    answer = work / f"{name}.{reader}.json"
    request = work / "request.json"
    request.write_text(json.dumps({"folder": str(export), "rows": rows, "logit_tokens": LOGIT_TOKENS, "greedy": GREEDY,
                                   "logits": str(work / f"{name}.{reader}.pt")}))
    if not answer.exists():
        python = pathlib.Path(os.environ["READERS_HOME"]) / reader / "bin" / "python"
        if not python.exists():
            raise RuntimeError(f"{reader} is not installed")
        script = HERE / f"read_{reader}.py"
        try:
            done = subprocess.run([python, script, request, answer], capture_output=True, text=True, timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"no answer within {LIMIT_SECONDS} s") from None
        (work / f"{name}.{reader}.log").write_text(done.stdout + done.stderr)
        if not answer.exists():
            raise RuntimeError(reason(done.stderr))
    return json.loads(answer.read_text())


def reason(stderr):
    errors = [line.strip() for line in stderr.splitlines() if "Error" in line or "error:" in line]
    return (errors[-1] if errors else stderr.strip()[-300:])[:220]


def row(work, model, recipe, format_, reader, rows):
    artifact = work / f"artifact-{recipe}"
    name = f"{recipe}-{format_}"
    export = work / f"export-{name}"
    cells = [recipe, format_, reader]
    try:
        if not artifact.exists():
            made = work / "quantizing"
            shutil.rmtree(made, ignore_errors=True)
            own = HERE / "recipes" / f"{recipe}.yaml"
            bisup("local", "quantize", "--model", model, "--recipe", own if own.exists() else recipe,
                  "--calibration", os.environ["CALIBRATION"], "--samples", SAMPLES, "--sequence-length", WINDOW, "--out", made)
            made.rename(artifact)
        if not export.exists():
            bisup("export", artifact, "--out", export, *OPTIONS.get(format_, ["--format", format_]))
    except RuntimeError as refused:
        return cells + [f"not exported: {refused}"] + [""] * 5
    size = sum(file.stat().st_size for file in export.rglob("*") if file.is_file()) / 1e6
    try:
        theirs = read(work, reader, export, rows, name)
    except RuntimeError as refused:
        return cells + [f"refused: {refused}", "", "", "", "", f"{size:.1f}"]
    logits = ours(work, artifact, rows, f"ours-{recipe}")
    mine = next_logprobs(logits, rows)
    logprob = max(abs(a - b) for x, y in zip(mine, theirs["logprobs"]) for a, b in zip(x, y))
    path = pathlib.Path(json.loads((work / "request.json").read_text())["logits"])
    logit = "" if not path.exists() else f"{(torch.load(path) - logits[0, :LOGIT_TOKENS]).abs().max():.2g}"
    return cells + ["loaded", logit, f"{logprob:.2g}", f"{perplexity(theirs['logprobs']):.3f} / {perplexity(mine):.3f}",
                    greedy(work, artifact, rows, theirs, f"{name}.{reader}"), f"{size:.1f}"]


def greedy(work, artifact, rows, theirs, name):
    """How many of the reader's greedy tokens our engine would have chosen after the same text."""
    prompt = rows[0][:LOGIT_TOKENS]
    choice = ours(work, artifact, [prompt + theirs["greedy"]], f"greedy-{name}")[0].argmax(-1).tolist()
    same = sum(choice[len(prompt) - 1 + i] == token for i, token in enumerate(theirs["greedy"]))
    return f"{same}/{len(theirs['greedy'])}"


def main(work, model, text, wanted):
    work.mkdir(parents=True, exist_ok=True)
    rows = windows(model, text)
    print(f"\n{model.name}: {WINDOWS} windows of {WINDOW} tokens of {text.name}; logits of {LOGIT_TOKENS} tokens\n")
    print("| recipe | format | read by | answer | max abs difference of logits | of log p(next) | perplexity theirs / ours"
          " | greedy tokens alike | MB |")
    print("|---|---|---|---|---|---|---|---|---|", flush=True)
    for recipe, formats in CASES.items():
        for format_, readers in formats.items():
            for reader in readers:
                case = f"{recipe}:{format_}:{reader}"
                if not wanted or any((case + ":").startswith(each + ":") for each in wanted):
                    print("| " + " | ".join(row(work, model, recipe, format_, reader, rows)) + " |", flush=True)


if __name__ == "__main__":
    main(*(pathlib.Path(p).resolve() for p in sys.argv[1:4]), sys.argv[4:])
