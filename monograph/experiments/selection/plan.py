"""What selections make of random pools: the paper's program, the error itself, and no selection."""

import numpy as np

from monograph.experiments.results import Run, Settings
from ttsbook import theory
from ttsbook.arrays import Covariance, MixtureWeights, Preconditioner
from ttsbook.data import covariance, pools
from ttsbook.data.tasks import Mixture, Task
from ttsbook.theory import selection

SETTINGS: Settings = {"dim": 20, "scales": ["raw", "trace d"], "targets": [0.5, 0.8], "skills": ["shared", "turned"]}
PRESETS: dict[str, Settings] = {
    "tiny": SETTINGS | {"dim": 10, "pools": 2, "steps": [1, 3], "targets": [0.8]},
    "cpu": SETTINGS | {"pools": 120, "steps": [1, 3, 10]},
}


def runs(settings: Settings) -> list[Run]:
    """One run for each way to make pools."""
    return [
        {"scale": scale, "target": target, "skills": skills}
        for scale in settings["scales"]
        for target in settings["targets"]
        for skills in settings["skills"]
    ]


def pool_of(settings: Settings, *, scale: str, target: float, skills: str, pool: int) -> tuple[list[Task], Covariance]:
    """Draw a pool of a run, and its target.

    Parameters
    ----------
    settings
        Settings of a preset.
    scale
        The strongest skill of a task is 1, "raw", or its trace is d, "trace d".
    target
        Exponent of the target's power law.
    skills
        Skills lie along the axes, "shared", or in random directions, "turned".
    pool
        Number of the pool.
    """
    dim, trace = settings["dim"], None if scale == "raw" else settings["dim"]
    rng = np.random.default_rng([int(scale == "raw"), round(10 * target), int(skills == "turned"), pool])
    tasks = pools.random_pool(dim, rng=rng, trace=trace, turned=skills == "turned")
    return tasks, covariance.power_law(dim, target, trace=trace)


def preconditioner(tasks: list[Task], weights: MixtureWeights) -> Preconditioner:
    """Preconditioner of a mixture, with some prompts from every task."""
    floored = (1 - len(tasks) * selection.FLOOR) * weights + selection.FLOOR
    return theory.preconditioner(Mixture(tasks, floored))
