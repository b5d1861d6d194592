"""Thinking: the recursion on the weight against the layer run on the growing prompt."""

from functools import partial

import torch

from benchmarks.timing import median_seconds
from monograph.experiments.threads import one_thread
from ttsbook import theory
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.models import embedding
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import cot

DIM, LENGTH, STEPS, BATCH = 50, 200, 50, 64


@torch.no_grad()
def think_last_columns(model, drawn, steps):
    """Append tokens as the literal chain does, but compute no more than the last column of each output."""
    tokens = cot.tokens(model.next_token, embedding.embed(drawn), [drawn.lengths] * steps)
    return torch.stack([embedding.weight(token) for token in tokens], dim=1)


def run():
    """Print times, ratios and how far the answers differ."""
    task = Task(covariance.power_law(DIM, 0.7, trace=DIM), LENGTH)
    model = LinearSelfAttention(DIM, dtype=torch.float64).set_preconditioner(theory.preconditioner(task))
    drawn = prompts.sample(task, BATCH, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    candidates = {
        "recursion on the weight": partial(cot.think, model, drawn, STEPS),
        "literal, last columns": partial(think_last_columns, model, drawn, STEPS),
        "literal, whole layer": partial(cot.think, model, drawn, STEPS, literal=True),
    }
    expected, fastest = candidates["literal, whole layer"](), "recursion on the weight"
    print(f"Thinking {STEPS} steps, d = {DIM}, m = {LENGTH}, {BATCH} prompts, float64, one thread")
    print(f"{'':>24} {'median of 5':>12} {'ratio':>7} {'relative difference':>20}")
    with one_thread():
        seconds = median_seconds(candidates)
    for name, candidate in candidates.items():
        difference = (candidate() - expected).norm() / expected.norm()
        ratio = seconds[name] / seconds[fastest]
        print(f"{name:>24} {1e3 * seconds[name]:9.1f} ms {ratio:7.1f} {difference:20.1e}")
