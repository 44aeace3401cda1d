"""The page: rows of the peers and of this project that read the same windows, in one table for each model."""
import argparse
import json
import os

HEAD = """# Beside other programs

Written by `bench/peers/run`. The same model in float32, the same calibration windows (token ids from `./bisup bench windows`),
the same evaluation windows, {threads} threads, one program after another on one machine. *Seconds* and *peak* are of loading and
quantizing, in a process of its own each; evaluation is not in them. FP's seconds are of loading; *evaluation* is the time that the
perplexities took. A program's own choices are kept where its scheme says nothing else.

Differences that stay: llm-compressor's W8A8 has a scale per token and per row and rounds by GPTQ after SmoothQuant of strength
0.8; `smoothquant-w8a8` of this project rounds to nearest after strength 0.5. Rows of this project round the key-value cache
where their name says A4; the peers do not. `bisup` rows stand behind a start token that stays exact, and their branches cost bits:
*bits a weight* counts what this project stores; the peers' files are not counted (theirs are 4.13 and 8.0 by their formats).
"""


def read(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def ours(folder, windows):
    """Rows of this project's results.json on the same windows, as the peers write theirs."""
    results = read(os.path.join(folder, windows, "results.json")) or {"rows": []}
    return [
        {
            "key": {"model": row["key"]["model"]["name"], "program": "this project", "recipe": row["key"]["recipe"]["name"]},
            "perplexity": {score["text"]: score["perplexity"] for score in row["scores"]},
            "seconds": row["seconds"],
            "peakMB": row["peakBytes"] / 1e6,
            "storedBits": row["storedBits"],
        }
        for row in results["rows"]
    ]


def table(rows):
    texts = list(rows[0]["perplexity"])
    lines = ["| program | recipe | " + " | ".join(texts) + " | bits a weight | seconds | peak MB | evaluation, s |"]
    lines.append("|---|---|" + "---:|" * (len(texts) + 4))
    for row in rows:
        scores = " | ".join(f"{row['perplexity'][text]:.3f}" if text in row["perplexity"] else "" for text in texts)
        evaluation = f"{row['evaluationSeconds']:.0f}" if "evaluationSeconds" in row else ""
        bits = f"{row['storedBits']:.2f}" if "storedBits" in row else ""
        lines.append(
            f"| {row['key']['program']} | `{row['key']['recipe']}` | {scores} | {bits} | {row['seconds']:.0f} | {row['peakMB']:.0f} | {evaluation} |"
        )
    return "\n".join(lines)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--results", required=True)
parser.add_argument("--ours", required=True, help="folder of this project's results, by digest of the windows")
parser.add_argument("--out", required=True)
options = parser.parse_args()
peers = read(options.results)
page = HEAD.format(threads=peers[0]["key"]["threads"] if peers else 2)
for model, windows in dict.fromkeys((row["key"]["model"], row["key"]["windows"]) for row in peers):
    rows = [row for row in peers if (row["key"]["model"], row["key"]["windows"]) == (model, windows)]
    rows += [row for row in ours(options.ours, windows) if row["key"]["model"] == model]
    page += f"\n## {model}\n\nWindows `{windows}`.\n\n{table(rows)}\n"
with open(options.out, "w", encoding="utf-8") as file:
    file.write(page)
