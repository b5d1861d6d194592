"""Runs of the experiment `post_training`."""

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from monograph.experiments.post_training import plan
from monograph.experiments.results import Run, Settings, significant
from monograph.experiments.runner import Experiment
from ttsbook import theory, training
from ttsbook.arrays import Covariance, Preconditioner
from ttsbook.data import covariance, prompts
from ttsbook.data.tasks import Task
from ttsbook.models.transformer import GPT, Config
from ttsbook.theory import fine_tuning
from ttsbook.thinking import cot
from ttsbook.training import Adam, Cosine
from ttsbook.training.fine_tuning import SupervisedSteps
from ttsbook.training.gpt_recipes import Distances, Outcome

DIGITS = 6  # that are stored: more are noise


def measure(settings: Settings, *, part: str, variant: Any, seed: int) -> Run:
    """Do one run of a part."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", theory.DivergenceWarning)
        return PARTS[part](settings, variant, seed)


def _halves(dim: int, hard: float, rest: float) -> Covariance:
    """Strength of the first half of the skills, which the pre-trained layer hardly knows, and of the others."""
    return np.diag(np.where(np.arange(dim) < dim // 2, hard, rest))


def _scaling(settings: Settings, variant: list[Any], seed: int) -> Run:
    """Fine-tune on more and more prompts; exact errors on test prompts as long, and on endless ones."""
    given, (r, n) = settings["scaling"], variant
    dim, rng = given["dim"], np.random.default_rng(seed)
    start = theory.preconditioner(Task(_halves(dim, 0.1, 1.0), n))
    shown, tested = Task(_halves(dim, 1.1, r), n), _halves(dim, 1.1, 1.0)
    w, seen = fine_tuning.sample_pairs(shown, max(given["counts"]), rng=rng)
    outcome: dict[str, list[Any]] = {"direct": [], "chain": [], "radius": []}
    for count in given["counts"]:
        P = fine_tuning.minimum_norm(start, w[:count], seen[:count], rate=1.0)
        curve = theory.cot_error_limit(P, tested, max(given["steps"])) / dim
        outcome["direct"].append(theory.direct_error(P, tested, n) / dim)
        outcome["chain"].append(significant(curve[given["steps"]], DIGITS))
        outcome["radius"].append(float(np.abs(1 - theory.strides(P, tested)).max()))
    return {name: values if name == "chain" else significant(values, DIGITS) for name, values in outcome.items()}


def _rate(settings: Settings, n: int, seed: int) -> Run:
    """Fine-tune at every rate, on skewed prompts; let isotropic prompts and skewed ones be thought about."""
    given = settings["rate"]
    dim, rng = given["dim"], np.random.default_rng(seed)
    task = Task(covariance.power_law(dim, 0.8, trace=dim), n)
    start = theory.preconditioner(task)
    w, seen = fine_tuning.sample_pairs(task, given["count"], rng=rng)
    drawn = {"flat": covariance.isotropic(dim), "own": task.cov}
    prompts_ = {
        name: covariance.sample_empirical(cov, given["test_length"], samples=given["test_prompts"], rng=rng)
        for name, cov in drawn.items()
    }
    medians: dict[str, list[list[float]]] = {name: [] for name in drawn}
    for rate in given["rates"]:
        P = fine_tuning.minimum_norm(start, w, seen, rate=rate)
        for name, S in prompts_.items():
            errors = theory.layer_error(P, np.eye(dim), S, settings["steps"])
            medians[name].append(significant(np.median(errors, axis=0), DIGITS))
    longest = np.linalg.eigvals(start @ prompts_["flat"]).real.max(axis=1)
    return {
        "longest": significant(np.median(longest), 5),
        "turns": [plan.turns(curve, dim) for curve in medians["flat"]],
        "own": [curve[: settings["steps"] + 1] for curve in medians["own"]],
    }


def _critical(settings: Settings, depth: int, seed: int) -> Run:
    """Minimize the error after some steps over all layers, on as many prompts; the longest stride on isotropic ones."""
    given = settings["critical"]
    dim, longest, losses = given["dim"], [], []
    for n in given["lengths"]:
        task = Task(covariance.power_law(dim, plan.EXPONENT, trace=dim), n)
        S = covariance.sample_empirical(task.cov, n, samples=given["prompts"], rng=np.random.default_rng(seed))
        P, loss = _best(theory.preconditioner(task), S, depth)
        longest.append(float(np.linalg.eigvals(P).real.max()))
        losses.append(loss)
    return {"longest": significant(longest, DIGITS), "left": significant(losses, DIGITS)}


def _best(start: Preconditioner, S: Any, depth: int) -> tuple[Preconditioner, float]:
    """Layer of the least mean error after some steps, from a start; and that error over the start's."""
    examples, P = torch.as_tensor(S), torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.LBFGS([P], max_iter=200, line_search_fn="strong_wolfe", tolerance_change=1e-12)

    def loss() -> torch.Tensor:
        M = torch.eye(len(start), dtype=torch.float64) - P @ examples
        return torch.linalg.matrix_power(M, depth).square().sum(dim=(1, 2)).mean()

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = loss()
        value.backward()
        return value

    before = loss().item()
    optimizer.step(closure)
    return P.detach().numpy(), loss().item() / before


def _outcome(settings: Settings, variant: list[Any], seed: int) -> Run:
    """Supervise the third answer, on prompts of the test; new skills, or half learned ones."""
    given, (level, count) = settings["outcome"], variant
    dim, generator = given["dim"], torch.Generator().manual_seed(seed)
    n = 10 * dim
    start = theory.preconditioner(Task(_halves(dim, level, 1.0), n))
    tested = Task(_halves(dim, 1.1, 1.0), n)
    S = covariance.sample_empirical(tested.cov, n, samples=given["test_prompts"], rng=np.random.default_rng(seed))
    pool = prompts.sample(tested, count, generator=generator, dtype=torch.float64, condensed=True)
    seen, P = pool.x.mT @ pool.x / n, torch.tensor(start, requires_grad=True)
    optimizer, medians, radii = torch.optim.Adam([P], lr=3e-3), [], []
    for update in range(max(given["updates"]) + 1):
        if update in (0, *given["updates"]):
            learned = P.detach().numpy()
            errors = theory.layer_error(learned, np.eye(dim), S, settings["steps"])
            medians.append(significant(np.median(errors, axis=0), DIGITS))
            radii.append(float(np.median(np.abs(1 - np.linalg.eigvals(learned @ S)).max(axis=1))))
        chosen = torch.randint(count, (min(count, settings["batch"]),), generator=generator)
        gap = pool.w[chosen, :, None]
        for _ in range(3):
            gap = gap - P @ (seen[chosen] @ gap)  # prop-outcome: what the recipe Outcome(3) asks of the layer
        optimizer.zero_grad()
        (gap.square().sum() / 2 / len(chosen)).backward()
        optimizer.step()
    return {"median": medians, "radius": significant(radii, DIGITS)}


def _gpt(settings: Settings, n: int, seed: int) -> Run:
    """Pre-train a GPT without LayerNorm on skewed prompts; fine-tune it, or supervise its outcomes."""
    given, batch = settings["gpt"], settings["batch"]
    task = Task(covariance.power_law(given["dim"], plan.EXPONENT, trace=given["dim"]), n)
    generator = torch.Generator().manual_seed(seed)
    model = GPT(Config(given["dim"], layers=1, layer_norm=False), generator=generator, dtype=torch.float32)
    warm_up = min(100, given["pretraining"] // 2)
    optimizer = Adam(step_size=3e-3, schedule=Cosine(warm_up=warm_up), clip=1.0)
    training.train(
        model,
        task,
        recipe=Distances(),
        updates=given["pretraining"],
        batch=batch,
        generator=generator,
        optimizer=optimizer,
    )
    outcome = {"before": _thinking(model, settings)}
    stages: dict[str, Any] = {f"rate {rate}": SupervisedSteps(rate, 5) for rate in given["rates"]}
    stages |= {f"outcome {depth}": Outcome(depth) for depth in given["depths"]}
    later = Adam(step_size=1e-3, schedule=Cosine(), clip=1.0)
    for name, recipe in stages.items():
        tuned, source = copy.deepcopy(model), torch.Generator().manual_seed(1000 + seed)
        training.train(
            tuned, task, recipe=recipe, updates=given["updates"], batch=batch, generator=source, optimizer=later
        )
        outcome[name] = _thinking(tuned, settings)
    return {"median": outcome}


def _thinking(model: GPT, settings: Settings) -> list[float]:
    """Median error of each step on long isotropic prompts."""
    length, count = settings["gpt_test"]
    task, generator = Task(covariance.isotropic(model.dim), length), torch.Generator().manual_seed(2000)
    drawn = prompts.sample(task, count, generator=generator, dtype=torch.float64)
    gap = cot.think(copy.deepcopy(model).double().eval(), drawn, settings["steps"]) - drawn.w[:, None]
    return significant(gap.square().sum(dim=-1).quantile(0.5, dim=0).numpy(), DIGITS)


PARTS: dict[str, Callable[[Settings, Any, int], Run]] = {
    "scaling": _scaling,
    "rate": _rate,
    "critical": _critical,
    "outcome": _outcome,
    "gpt": _gpt,
}
"""Function of the settings, a variant and a seed that does a run of each part."""
EXPERIMENT = Experiment("post_training", (plan.__doc__ or "").split("\n")[0], plan.PRESETS, plan.runs, measure)
