"""Which mixtures of tasks lower the test error: layers trained on chosen ones, uniform ones and single kinds."""

import numpy as np

from monograph.experiments.results import Run, Settings
from ttsbook.arrays import Covariance, MixtureWeights
from ttsbook.data import covariance, pools
from ttsbook.data.tasks import Task
from ttsbook.theory import selection

TRAINED = ("uniform", "paper", "exact", "easy only", "hard only", "most relevant")
PRESETS: dict[str, Settings] = {
    "tiny": {
        "dim": 5,
        "pools": {"skills": 2, "length": 1},
        "each": 1,
        "target_exponent": 0.8,
        "selected_steps": 3,
        "steps": 4,
        "test_length": 30,
        "test_prompts": 20,
        "target_prompts": [3],
        "target_prompt_length": 10,
        "updates": {"paper": 20, "shift": 20},
        "step_size": {"paper": 0.02, "shift": 0.01},
        "batch": {"paper": 32, "shift": 32},
        "seeds": {"skills": [0], "length": [0]},
        "shift_pools": 1,
    },
    "cpu": {
        "dim": 20,
        "pools": {"skills": 20, "length": 20},
        "each": 2,
        "target_exponent": 0.8,
        "selected_steps": 5,
        "steps": 20,
        "test_length": 200,
        "test_prompts": 400,
        "target_prompts": [10, 30, 100],
        "target_prompt_length": 10,
        "updates": {"paper": 250, "shift": 1200},
        "step_size": {"paper": 0.02, "shift": 0.01},
        "batch": {"paper": 256, "shift": 256},
        "seeds": {"skills": [0, 1, 2, 3, 4], "length": [0, 1, 2, 3, 4]},
        "shift_pools": 5,
    },
}


def runs(settings: Settings) -> list[Run]:
    """One run for each pool, in each reading of its size B."""
    return [{"reading": reading, "pool": pool} for reading, count in settings["pools"].items() for pool in range(count)]


def pool_of(settings: Settings, reading: str, pool: int) -> tuple[list[Task], Covariance]:
    """Draw the pool of a run again, and its target.

    Parameters
    ----------
    settings
        Settings of a preset.
    reading
        What the size B of a task counts: "skills", or the "length" of a prompt.
    pool
        Number of the pool.
    """
    return draw_pool(settings, reading, source(reading, pool)), target_of(settings)


def draw_pool(settings: Settings, reading: str, rng: np.random.Generator) -> list[Task]:
    """Draw a pool with random skill directions, in the order of `pools.KINDS`, all of trace d.

    B is the number of skills, or the prompt length, as `reading` says; the arguments are those of `pool_of`.
    """
    dim, each = settings["dim"], settings["each"]
    if reading == "skills":
        return pools.random_pool(dim, rng=rng, trace=dim, turned=True, each=each)
    sizes = [(0.2, dim), (0.8, dim), (0.2, 5 * dim), (0.8, 5 * dim)]
    return [
        Task(covariance.rotate(covariance.power_law(dim, exponent, trace=dim), rng=rng), length)
        for exponent, length in sizes
        for _ in range(each)
    ]


def choose(
    settings: Settings, tasks: list[Task], target_cov: Covariance, rng: np.random.Generator
) -> dict[str, MixtureWeights]:
    """Choose the mixtures to compare: `TRAINED`, then the paper's and the exact one for each number of target prompts.

    Parameters
    ----------
    settings
        Settings of a preset.
    tasks
        Pool, in the order of `pools.KINDS`.
    target_cov
        Covariance of the target.
    rng
        Source of the target prompts from which the covariance is estimated.
    """
    each, count = settings["each"], len(tasks)
    hard = np.arange(count) // each % 2 == 1
    covs = [task.cov for task in tasks]
    complete = [np.linalg.matrix_rank(cov) == len(cov) for cov in covs]
    distances = [np.linalg.norm(np.eye(len(target_cov)) - np.linalg.solve(target_cov, cov)) for cov in covs]
    nearest = np.argmin(np.where(complete, distances, np.inf))
    chosen = {"uniform": np.full(count, 1 / count)} | _selected(settings, tasks, target_cov)
    chosen |= {"easy only": ~hard / (~hard).sum(), "hard only": hard / hard.sum()}
    chosen["most relevant"] = np.eye(count)[nearest]
    for number in settings["target_prompts"]:
        length = number * settings["target_prompt_length"]
        estimate = covariance.sample_empirical(target_cov, length, samples=1, rng=rng)[0]
        for name, weights in _selected(settings, tasks, estimate).items():
            chosen[f"{name}, {number} prompts"] = weights
    return chosen


def _selected(settings: Settings, tasks: list[Task], target_cov: Covariance) -> dict[str, MixtureWeights]:
    """Mixtures by the paper's program and by the error itself, every task with some prompts."""
    paper = selection.quadratic_program([task.cov for task in tasks], target_cov).weights
    exact = selection.optimal_mixture(tasks, target_cov, settings["selected_steps"]).weights
    least = selection.FLOOR
    return {name: (1 - len(tasks) * least) * one + least for name, one in (("paper", paper), ("exact", exact))}


def source(reading: str, pool: int) -> np.random.Generator:
    """Random numbers of a pool: its tasks, then the target's prompts."""
    return np.random.default_rng([pool, len(reading)])


def target_of(settings: Settings) -> Covariance:
    """Covariance of the target."""
    return covariance.power_law(settings["dim"], settings["target_exponent"], trace=settings["dim"])
