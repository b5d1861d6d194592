"""The settings in which rules are compared: a layer, prompts, and what is known of the right answers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from monograph.experiments.real import domains, labels
from monograph.experiments.real import plan as real
from ttsbook import theory
from ttsbook.arrays import Covariance, Preconditioner
from ttsbook.data import covariance, features, prompts
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Task

KINDS = (
    features.Gaussian(),
    features.Uniform(),
    features.ThreePoint(1.0),
    features.Sphere(),
    features.Sparse(0.1),
    features.ScaleMixture(0.1, 5.5),
)
DIMS = (5, 10, 20)


@dataclass(frozen=True, eq=False)
class Setting:
    """A layer and prompts, with what scores answers.

    Attributes
    ----------
    P
        Preconditioner of the layer.
    prompts
        What rules see, but for the weights.
    noise_variance
        Variance of the label noise.
    errors
        Function of answers (batch, looks, d) that gives the error of each, relative to that of no answer on average.
    """

    P: Preconditioner
    prompts: Prompts
    noise_variance: float
    errors: Callable[[Float[torch.Tensor, "batch looks d"]], Float[torch.Tensor, "batch looks"]]


def _distances(drawn: Prompts) -> Callable[[Float[torch.Tensor, "batch looks d"]], Float[torch.Tensor, "batch looks"]]:
    """Score by the squared distance to the weight, over d."""
    return lambda answers: (answers - drawn.w[:, None]).square().mean(dim=2)


def _between(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a number whose logarithm is uniform."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _spectrum(rng: np.random.Generator, dim: int) -> Covariance:
    """Draw a power law of trace d, in its own skills or in turned ones."""
    cov = covariance.power_law(dim, rng.uniform(0, 1.2), trace=dim)
    return covariance.rotate(cov, rng=rng) if rng.random() < 0.5 else cov


def _gaussian(rng: np.random.Generator, count: int, *, shift: bool, noise: bool) -> Setting:
    """Random covariances; without a shift the test has the covariance and the length of the training."""
    dim = int(rng.choice(DIMS))
    n = round(dim * _between(rng, 1.2, 20))
    m = round(dim * _between(rng, 1.2, 20)) if shift else n
    trained = _spectrum(rng, dim)
    tested = _spectrum(rng, dim) if shift else trained
    variance = _between(rng, 0.1, 20) if noise else 0.0
    P = theory.preconditioner(Task(trained, n, noise_variance=variance))
    return _drawn(P, Task(tested, m, noise_variance=variance), KINDS[0], count, rng)


def _tails(rng: np.random.Generator, count: int) -> Setting:
    """Random kinds of features in training and test; P is not symmetric where skills are turned."""
    dim = int(rng.choice(DIMS))
    trained, (train, test) = _spectrum(rng, dim), rng.choice(len(KINDS), size=2)
    tested = trained if rng.random() < 0.5 else _spectrum(rng, dim)
    n, m = (round(dim * _between(rng, 1.2, 20)) for _ in range(2))
    moments = features.fourth_moments(trained, KINDS[train])
    return _drawn(
        theory.preconditioner(Task(trained, n), fourth_moments=moments), Task(tested, m), KINDS[test], count, rng
    )


def _drawn(P: Preconditioner, task: Task, kind: features.Features, count: int, rng: np.random.Generator) -> Setting:
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    drawn = prompts.sample(task, count, generator=generator, dtype=torch.float64, features=kind)
    return Setting(P, drawn, task.noise_variance, _distances(drawn))


def _real_rows(rng: np.random.Generator, index: int, count: int, *, noise: bool) -> Setting:
    """Rows of one domain in training, of another one in the test, with weights that are drawn."""
    train, test = domains.pair(real.PAIRS[index % len(real.PAIRS)], "own")
    dim = len(train.cov)
    n, m = (round(dim * _between(rng, 1.2, 20)) for _ in range(2))
    variance = _between(rng, 0.1, 20) if noise else 0.0
    gamma = theory.gamma(train.cov, n, noise_variance=variance, fourth_moments=train.fourth_moments)
    x = torch.as_tensor(test.draw(m, samples=count, rng=rng))
    drawn = prompts.label(x, generator=torch.Generator().manual_seed(int(rng.integers(2**62))))
    noisy = drawn.y + torch.as_tensor(np.sqrt(variance) * rng.standard_normal(drawn.y.shape))
    drawn = Prompts(drawn.x, noisy, drawn.w, drawn.lengths)
    return Setting(np.linalg.inv(gamma), drawn, variance, _distances(drawn))


def _real_labels(rng: np.random.Generator, index: int, count: int) -> Setting:
    """Real labels; errors are those on the rows that a prompt has not shown, over the variance of the labels."""
    asked = labels.question(real.LABELS[index % len(real.LABELS)])
    dim, total = len(asked.test.cov), len(asked.test)
    length = min(round(dim * _between(rng, 2, 10)), total // 2)
    order = rng.permuted(np.tile(np.arange(total), (count, 1)), axis=1)
    x, y = torch.tensor(asked.test.x), torch.tensor(asked.y)
    shown, hidden = order[:, :length], order[:, length:]
    unknown = torch.zeros(count, dim, dtype=torch.float64)
    drawn = Prompts(x[shown], y[shown], unknown, torch.full((count,), length))

    def errors(answers: Float[torch.Tensor, "batch looks d"]) -> Float[torch.Tensor, "batch looks"]:
        return (answers @ x[hidden].mT - y[hidden][:, None]).square().mean(dim=2) / y.var(correction=0)

    P = labels.layer(asked, length, asked.noise_variance if index % 2 else 0.0)
    return Setting(P, drawn, asked.noise_variance, errors)


def make(family: str, index: int, count: int) -> Setting:
    """Make a setting of a family.

    Parameters
    ----------
    family
        One of the keys of `MAKERS`.
    index
        Number of the setting, which is its seed.
    count
        Number of prompts.

    Examples
    --------
    >>> make("pairs", 0, 3).prompts.w.shape[0]
    3
    """
    rng = np.random.default_rng([list(MAKERS).index(family), index])
    return MAKERS[family](rng, index, count)


MAKERS: dict[str, Callable[[np.random.Generator, int, int], Setting]] = {
    "pairs": lambda rng, _, count: _gaussian(rng, count, shift=True, noise=False),
    "tails": lambda rng, _, count: _tails(rng, count),
    "noise": lambda rng, _, count: _gaussian(rng, count, shift=False, noise=True),
    "noise and shift": lambda rng, _, count: _gaussian(rng, count, shift=True, noise=True),
    "real rows": lambda rng, index, count: _real_rows(rng, index, count, noise=False),
    "real rows, noise": lambda rng, index, count: _real_rows(rng, index, count, noise=True),
    "real labels": _real_labels,
}
"""What makes the settings of each family, from a source of randomness, the index and the number of prompts."""
