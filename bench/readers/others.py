"""Checkpoints that other tools quantized: our engine's perplexity beside their own reader's, which must agree to a thousandth.

others.py WORK MODEL TEXT [CASE ...]: WORK keeps checkpoints and answers from one run to the next. Started by ./others, which makes
each tool's environment; BISUP names the command line (default: ../../bisup). Ends with 1 when a perplexity differs.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys

from tokenizers import Tokenizer

from compare import HERE, LIMIT_SECONDS, WINDOW, bisup, perplexity, read, reason

CHARACTERS = 16000
TOLERANCE = 1e-3
# Who writes it, what it is asked for, and who reads it.
CASES = {
    "gptq": ("gptqmodel", "gptq", "gptqmodel"),
    "gptq-asymmetric": ("gptqmodel", "gptq-asymmetric", "gptqmodel"),
    "gptq-desc-act": ("gptqmodel", "gptq-desc-act", "gptqmodel"),
    "awq": ("gptqmodel", "awq", "gptqmodel"),
    "w4a16": ("llmcompressor", "W4A16", "transformers"),
    "w4a16-asymmetric": ("llmcompressor", "W4A16_ASYM", "transformers"),
    "w8a8": ("llmcompressor", "W8A8", "transformers"),
}


def written(work, model, text, case):
    """The folder that the tool made of the model."""
    tool, scheme, _ = CASES[case]
    folder = work / f"written-{case}"
    if not folder.exists():
        making = work / "writing"
        shutil.rmtree(making, ignore_errors=True)
        python = pathlib.Path(os.environ["READERS_HOME"]) / tool / "bin" / "python"
        if not python.exists():
            raise RuntimeError(f"{tool} is not installed")
        script = HERE / f"write_{tool}.py"
        try:
            # In WORK, where GPTQModel leaves its logs.
            done = subprocess.run([python, script, scheme, model, text, making], cwd=work, capture_output=True, text=True,
                                  timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"nothing written within {LIMIT_SECONDS} s") from None
        (work / f"written-{case}.log").write_text(done.stdout + done.stderr)
        if done.returncode:
            raise RuntimeError(reason(done.stderr))
        making.rename(folder)
    return folder


def windows(folder, text):
    """Windows of the text by the tokenizer that the tool wrote, which need not be the model's: transformers saves some anew."""
    ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text.read_text()).ids
    return [ids[i:i + WINDOW] for i in range(0, len(ids) - WINDOW + 1, WINDOW)]


def row(work, model, text, case):
    """A row of the table, and whether the two perplexities agree."""
    tool, scheme, reader = CASES[case]
    cells = [case, f"{tool}, {scheme}", reader]
    try:
        folder = written(work, model, text, case)
        rows = windows(folder, text)
        theirs = perplexity(read(work, reader, folder, rows, f"written-{case}")["logprobs"])
        result = json.loads(bisup("local", "perplexity", "--model", folder, "--text", text, "--format", "text", "--window", WINDOW,
                                  "--json").splitlines()[-1])
    except RuntimeError as refused:
        return cells + [f"refused: {refused}", "", "", ""], True
    if result["windows"] != len(rows):
        raise SystemExit(f"{case}: {len(rows)} windows were read by {reader}, {result['windows']} by us")
    ratio = result["perplexity"] / theirs - 1
    return cells + [str(len(rows)), f"{theirs:.4f}", f"{result['perplexity']:.4f}", f"{ratio:+.1e}"], abs(ratio) <= TOLERANCE


def main(work, model, text, wanted):
    work.mkdir(parents=True, exist_ok=True)
    unknown = [case for case in wanted if case not in CASES]
    if unknown:
        sys.exit(f"no case is called {', '.join(unknown)}; there are {', '.join(CASES)}")
    part = work / "others.txt"
    part.write_text(text.read_text()[:CHARACTERS])
    print(f"\n{model.name}: perplexity of windows of {WINDOW} tokens of {text.name}\n")
    print("| case | written by | read by | windows | theirs | ours | ours / theirs - 1 |")
    print("|---|---|---|---|---|---|---|", flush=True)
    alike = True
    for case in wanted or CASES:
        cells, agrees = row(work, model, part, case)
        alike &= agrees
        print("| " + " | ".join(cells) + " |", flush=True)
    sys.exit(0 if alike else f"a perplexity differs by more than {TOLERANCE} of it")


if __name__ == "__main__":
    main(*(pathlib.Path(p).resolve() for p in sys.argv[1:4]), sys.argv[4:])
