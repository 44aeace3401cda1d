"""Answers, one JSON line each, what lm-evaluation-harness scores on files of rows; see `lm-eval` beside this file.

First a line {"loadSeconds", "loadBytes", "program"}; then for each line {"task", "file", "limit"} that is read, one
{"seconds", "cpuSeconds", "peakBytes", "samples"}: the seconds of the harness's `loglikelihood` alone, from requests as text to
log-likelihoods, the processor time and the most resident memory of the process meanwhile, and per document doc_id, ll, greedy, gold, acc, acc_norm, req.
"""
import argparse
import hashlib
import json
import os
import sys
import time

ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what libraries print is no answer

import datasets  # noqa: E402
import lm_eval  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from lm_eval.api.task import ConfigurableTask  # noqa: E402
from lm_eval.models.huggingface import HFLM  # noqa: E402
from lm_eval.tasks._yaml_loader import load_yaml  # noqa: E402

YAML = {
    "arc_easy": "arc/arc_easy",
    "arc_challenge": "arc/arc_challenge",
    "boolq": "super_glue/boolq/default",
    "hellaswag": "hellaswag/hellaswag",
    "lambada_openai": "lambada/lambada_openai",
    "openbookqa": "openbookqa/openbookqa",
    "piqa": "piqa/piqa",
    "winogrande": "winogrande/default",
}


class TimedModel(HFLM):
    """Keeps how long the requests took, and the most memory in that time."""

    def loglikelihood(self, requests, disable_tqdm=False):
        reset_peak()
        started, busy = time.perf_counter(), time.process_time()
        answers = super().loglikelihood(requests, disable_tqdm=disable_tqdm)
        self.seconds, self.busy = time.perf_counter() - started, time.process_time() - busy
        self.peak = status_bytes("VmHWM")
        return answers


def reset_peak():
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass  # the peak then counts from the start


def status_bytes(key):
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024
    return 0


def task_of(name, rows):
    """The harness's own task on rows of ours. Rows whose prompts are built keep them; only these fields are then read."""
    folder = os.path.join(os.path.dirname(lm_eval.__file__), "tasks")
    config = load_yaml(os.path.join(folder, YAML[name] + ".yaml"))
    for key in ("tag", "dataset_path", "dataset_name", "dataset_kwargs", "training_split", "test_split", "fewshot_split"):
        config.pop(key, None)
    if "ctx" in rows[0] and "choices" in rows[0]:
        config.pop("process_docs", None)
        config.update(doc_to_text="{{ctx}}", doc_to_choice="choices", doc_to_target="gold")
    elif "ctx" in rows[0] and "continuation" in rows[0]:
        config.update(doc_to_text="{{ctx}}", doc_to_target="{{continuation}}")
    elif name == "boolq" and "label" not in rows[0]:  # google/boolq's fields, where the task reads super_glue's
        rows = [{**row, "label": int(row["answer"])} for row in rows]
    config["should_decontaminate"] = False
    config["validation_split"] = "validation"
    config["custom_dataset"] = lambda **_: {"validation": datasets.Dataset.from_list(rows)}
    return ConfigurableTask(config=config)


def sample(found, digests):
    scored = {key: float(found[key]) for key in ("acc", "acc_norm") if key in found}
    target = found["target"]
    return {
        "doc_id": found["doc_id"],
        "ll": [float(response[0]) for response in found["filtered_resps"]],
        "greedy": [str(response[1]) == "True" for response in found["filtered_resps"]],
        "gold": int(target) if str(target).isdigit() else 0,
        "acc": scored["acc"],
        "acc_norm": scored.get("acc_norm"),
        "req": digests,
    }


def answer(model, asked):
    with open(asked["file"], encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.strip()][: asked["limit"]]
    task = task_of(asked["task"], rows)
    result = lm_eval.simple_evaluate(model=model, tasks=[task], bootstrap_iters=0, log_samples=True)
    digests = {}
    for request in task.instances:
        context, continuation = request.args
        digests.setdefault(request.doc_id, []).append(
            hashlib.sha256((context + "\0" + continuation).encode()).hexdigest()[:16]
        )
    (samples,) = result["samples"].values()
    return {
        "seconds": model.seconds,
        "cpuSeconds": model.busy,
        "peakBytes": model.peak,
        "samples": [sample(s, digests[s["doc_id"]]) for s in sorted(samples, key=lambda s: s["doc_id"])],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="folder that transformers loads, in float32")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--max-length", type=int, default=2048)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    started = time.perf_counter()
    model = TimedModel(
        pretrained=options.model, dtype="float32", device="cpu", batch_size=options.batch, max_length=options.max_length
    )
    program = f"lm-eval {lm_eval.__version__}, transformers {transformers.__version__}, torch {torch.__version__}"
    say({"loadSeconds": time.perf_counter() - started, "loadBytes": status_bytes("VmRSS"), "program": program})
    for line in sys.stdin:
        say(answer(model, json.loads(line)))


def say(line):
    ANSWERS.write(json.dumps(line) + "\n")
    ANSWERS.flush()


if __name__ == "__main__":
    main()
