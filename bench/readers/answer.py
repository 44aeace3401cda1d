"""What every reader answers, from a model of transformers; see compare.py."""
import importlib.metadata
import json
import pathlib
import sys

import torch


def request():
    return json.loads(pathlib.Path(sys.argv[1]).read_text())


def write(logprobs, greedy, packages):
    versions = {name: importlib.metadata.version(name) for name in packages}
    answer = {"logprobs": logprobs, "greedy": greedy, "versions": versions}
    pathlib.Path(sys.argv[2]).write_text(json.dumps(answer))


def of_transformers(model, asked, packages):
    """Scores the windows and continues the first one's beginning."""
    logprobs = []
    with torch.no_grad():
        for i, ids in enumerate(asked["rows"]):
            logits = model(torch.tensor([ids])).logits[0].float()
            if i == 0:
                torch.save(logits[:asked["logit_tokens"]].clone(), asked["logits"])
            scores = torch.log_softmax(logits[:-1].double(), -1).gather(-1, torch.tensor(ids[1:])[:, None])[:, 0]
            logprobs.append(scores.tolist())
        prompt = torch.tensor([asked["rows"][0][:asked["logit_tokens"]]])
        # The text goes on behind its end: a ban of the end's token would be another rule than the greatest logit.
        model.generation_config.eos_token_id = None
        made = model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=asked["greedy"],
                              do_sample=False, repetition_penalty=1.0)
    write(logprobs, made[0, prompt.shape[1]:].tolist(), packages)
