"""The GPT: training against Hugging Face's GPT-2, thinking with the cache, several weights on one prompt."""

import sys
from functools import partial
from pathlib import Path

import torch

from benchmarks.timing import median_seconds
from monograph.experiments.threads import one_thread
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.models.transformer import GPT, Config
from ttsbook.thinking import cot
from ttsbook.training import gpt_recipes, recipes

sys.path.append(str(Path(__file__).parents[1] / "tests"))

DIM, LENGTH, BATCH = 20, 40, 64


def seed():
    """Make a generator, the same each time."""
    return torch.Generator().manual_seed(0)


def matmul_rate(size=2048):
    """Measure multiplications and additions a second, in 10⁹, of the machine's float32 matrix product."""
    a, b = torch.randn(2, size, size, generator=seed())
    return 2 * size**3 / median_seconds({"product": partial(torch.mm, a, b)})["product"] / 1e9


def update(model, optimizer, drawn, generator):
    """One update on the direct answer, the same for any model."""
    loss = recipes.Direct().loss(model, drawn, generator)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def work(config, tokens):
    """Count multiplications and additions of one update: 6 a weight of the blocks and token, and the attention."""
    weights = 12 * config.layers * config.width**2
    return BATCH * (6 * weights * tokens + 12 * config.layers * config.width * tokens**2 / 2)


def compare_training(rate, sizes=((64, 3, 4), (128, 6, 4), (256, 12, 8))):
    """Print updates a second of both models."""
    from gpt2_twin import Twin

    print(f"One update on the direct answer, batch {BATCH}, {LENGTH + 1} tokens: median of 5, taking turns")
    print(f"{'size':>8} {'own, 1/s':>9} {'GPT-2, 1/s':>11} {'ratio':>6} {'GPT-2 of the matrix rate':>25}")
    drawn = prompts.sample(Task(covariance.isotropic(DIM), LENGTH), BATCH, generator=seed())
    for width, layers, heads in sizes:
        config = Config(DIM, width=width, layers=layers, heads=heads, sight="chain")
        own = GPT(config, generator=seed())
        models = {"own": own, "GPT-2": Twin(own)}
        options = {"lr": 1e-4, "fused": True}
        candidates = {
            name: partial(update, model, torch.optim.AdamW(model.parameters(), **options), drawn, seed())
            for name, model in models.items()
        }
        seconds = median_seconds(candidates)
        share = work(config, LENGTH + 1) / seconds["GPT-2"] / 1e9 / rate
        ratio = seconds["GPT-2"] / seconds["own"]
        rates = f"{1 / seconds['own']:8.2f} {1 / seconds['GPT-2']:11.2f}"
        print(f"{width:>4} × {layers:<2} {rates} {ratio:6.2f} {share:24.0%}")


def compare_thinking(steps=20, batch=256, sizes=((64, 3), (128, 6))):
    """Print the time to think with the cache and by running the model on the growing prompt."""
    print(f"\nThinking {steps} steps, {batch} prompts of {LENGTH} examples: median of 5, taking turns")
    print(f"{'size':>8} {'cache':>10} {'recomputed':>11} {'ratio':>6} {'relative difference':>19}")
    drawn = prompts.sample(Task(covariance.isotropic(DIM), LENGTH), batch, generator=seed())
    for width, layers in sizes:
        model = GPT(Config(DIM, width=width, layers=layers), generator=seed())
        torch.nn.init.normal_(model.read_out.weight, std=0.05, generator=seed())
        candidates = {
            "cache": partial(cot.think, model, drawn, steps),
            "recomputed": partial(cot.think, model, drawn, steps, literal=True),
        }
        seconds = median_seconds(candidates)
        chain, expected = candidates["cache"](), candidates["recomputed"]()
        gap = (chain - expected).norm() / expected.norm()
        ratio = seconds["recomputed"] / seconds["cache"]
        times = f"{1e3 * seconds['cache']:7.0f} ms {1e3 * seconds['recomputed']:8.0f} ms"
        print(f"{width:>4} × {layers:<2} {times} {ratio:6.1f} {gap:19.1e}")


def compare_starts(sizes=((64, 2), (128, 6))):
    """Print the time of a gradient with one and with eight weights on each prompt."""
    print(f"\nGradient with 1 and 8 weights on each of {BATCH} prompts of {LENGTH} examples: median of 5, taking turns")
    print(f"{'size':>8} {'one':>10} {'eight':>10} {'ratio':>6}")
    drawn = prompts.sample(Task(covariance.isotropic(DIM), LENGTH), BATCH, generator=seed())
    for width, layers in sizes:
        model = GPT(Config(DIM, width=width, layers=layers), generator=seed())

        def gradient(starts, model=model):
            loss = gpt_recipes.Distances(starts=starts).loss(model, drawn, seed())
            torch.autograd.grad(loss, list(model.parameters()))

        seconds = median_seconds({starts: partial(gradient, starts) for starts in (1, 8)}, runs=9)
        ratio = seconds[8] / seconds[1]
        print(f"{width:>4} × {layers:<2} {1e3 * seconds[1]:7.1f} ms {1e3 * seconds[8]:7.1f} ms {ratio:6.2f}")


def run():
    """Print the three comparisons, beside the rate of the machine's matrix product; one thread."""
    with one_thread():
        rate = matmul_rate()
        print(f"Matrix product: {rate:.0f} · 10⁹ operations a second, float32, one thread\n")
        compare_training(rate)
        compare_thinking()
        compare_starts()
