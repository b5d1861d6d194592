r"""When to stop thinking, and how long to make the steps, without knowing the answer.

A rule sees prompts, the layer's P and at most the variance of the label noise. It never sees the weights behind the
labels. It says for each prompt how long the steps are and after how many of them to stop.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

import torch
from jaxtyping import Float, Int

from ttsbook import _validation as check
from ttsbook.arrays import PreconditionerLike
from ttsbook.data.prompts import Prompts
from ttsbook.tensors import Weights
from ttsbook.thinking import expected, schedules
from ttsbook.thinking.schedules import Schedule, Seen

Depths: TypeAlias = Int[torch.Tensor, " batch"]
"""Number of steps of each prompt."""
Norms: TypeAlias = Float[torch.Tensor, "batch looks"]
"""A norm of each prompt after each step."""

TRAIN_SHARE = 0.8  # of the examples, with which one thinks, where the others judge


class Plan(NamedTuple):
    """What a rule decides about each prompt, and what it leads to.

    Attributes
    ----------
    depth
        Number of steps.
    schedule
        Factor of each step, 1 for steps as usual: ρ is m divided by it.
    answer
        Answer after those steps.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data.prompts import Prompts
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 3.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> Rule(schedules.plain, one_if_warned)(5 * np.eye(2), batch, steps=9).answer.tolist()
    [[2.5, 7.5]]
    """

    depth: Depths
    schedule: Schedule
    answer: Weights


@dataclass(frozen=True)
class Rule:
    """A way to make steps, and a way to stop.

    Parameters
    ----------
    schedule
        Function that makes the schedule from what is seen, such as `schedules.safe`.
    depth
        Function of what is seen and of the schedule that gives the number of steps, such as `least_expected`.
    guesses_noise
        Whether to guess the noise variance from the prompts, and take no notice of what one is told.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data.prompts import Prompts
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 3.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> Rule(schedules.safe, last)(5 * np.eye(2), batch, steps=9).answer.tolist()
    [[1.0, 3.0]]
    """

    schedule: Callable[[Seen], Schedule]
    depth: Callable[[Seen, Schedule], Depths]
    guesses_noise: bool = False

    def __post_init__(self) -> None:
        for name in ("schedule", "depth"):
            if not callable(getattr(self, name)):
                raise TypeError(f"{name} must be a function of what is seen, got {check.shown(getattr(self, name))}")
        check.flag("guesses_noise", self.guesses_noise)

    def __call__(self, P: PreconditionerLike, prompts: Prompts, *, steps: int, noise_variance: float = 0.0) -> Plan:
        """Decide about prompts. The arguments are those of `schedules.look`."""
        seen = schedules.look(P, prompts, steps=steps, noise_variance=noise_variance)
        if self.guesses_noise:
            seen = replace(seen, noise_variance=expected.guessed_noise(seen))
        schedule = self.schedule(seen)
        depth = self.depth(seen, schedule)
        return Plan(depth, schedule, schedules.chain(seen, schedule)[torch.arange(len(depth)), depth])


def last(seen: Seen, schedule: Schedule) -> Depths:
    """Never stop before the last step.

    Parameters
    ----------
    seen
        What is seen of the prompts.
    schedule
        Factor of each step.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data.prompts import Prompts
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 3.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> last(schedules.look(np.eye(2), batch, steps=7), torch.ones(1, 7)).tolist()
    [7]
    """
    return torch.full((len(seen.x),), seen.steps)


def one_if_warned(seen: Seen, schedule: Schedule) -> Depths:
    """Answer after one step where the usual chain would diverge, else after the last. Arguments are those of `last`.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data.prompts import Prompts
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 3.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> seen = schedules.look(5 * np.eye(2), batch, steps=7)  # strides of 2.5
    >>> one_if_warned(seen, schedules.plain(seen)).tolist()
    [1]
    """
    return torch.where(seen.warned, 1, seen.steps)


def residual_rises(seen: Seen, schedule: Schedule) -> Depths:
    r"""Stop before the first step after which :math:`\|y - X^\top w_k\|` is larger. Arguments are those of `last`.

    In the book: :prf:ref:`prop-blind`.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data.prompts import Prompts
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 3.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> seen = schedules.look(5 * np.eye(2), batch, steps=7)  # strides of 2.5
    >>> residual_rises(seen, schedules.plain(seen)).tolist()
    [0]
    """
    return _first_rise(_residuals(seen, schedule))


def steps_grow(seen: Seen, schedule: Schedule) -> Depths:
    """Stop before the first step that is longer than the one before it. Arguments are those of `last`.

    In the book: :prf:ref:`prop-blind`.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data.prompts import Prompts
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 3.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> seen = schedules.look(5 * np.eye(2), batch, steps=7)  # strides of 2.5
    >>> steps_grow(seen, schedules.plain(seen)).tolist()
    [1]
    """
    return 1 + _first_rise(_norms(schedules.chain(seen, schedule).diff(dim=1)))


def held_out(seen: Seen, schedule: Schedule) -> Depths:
    """Think with the first four fifths of the examples, and stop where the others are predicted best.

    Prompts need two examples at least. The arguments are those of `last`.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.isotropic(2), 50)
    >>> seen = schedules.look([[0.5, 0], [0, 0.5]], prompts.sample(task, 3, generator=torch.Generator()), steps=7)
    >>> held_out(seen, schedules.plain(seen)).tolist()
    [7, 7, 7]
    """
    if (seen.lengths < 2).any():
        raise ValueError(f"prompts must have at least 2 examples, of which one judges, got {int(seen.lengths.min())}")
    lengths = (TRAIN_SHARE * seen.lengths).floor().clamp(min=1).to(seen.lengths)
    trains = torch.arange(seen.x.shape[1]) < lengths[:, None]
    train = replace(seen, x=seen.x * trains[..., None], y=seen.y * trains, lengths=lengths)
    validate = replace(seen, x=seen.x * ~trains[..., None], y=seen.y * ~trains)
    return _residuals(validate, schedule, train=train).argmin(dim=1)


def discrepancy(seen: Seen, schedule: Schedule) -> Depths:
    r"""Stop as soon as the labels are met as well as their noise allows, :math:`\|y - X^\top w_k\|^2 \le m\sigma^2`.

    It is Morozov's principle. The arguments are those of `last`.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data.prompts import Prompts
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 1.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> seen = schedules.look(np.eye(2), batch, steps=7, noise_variance=0.1)
    >>> discrepancy(seen, schedules.plain(seen)).tolist()  # the residual halves with each step
    [2]
    """
    within_noise = _residuals(seen, schedule).square() <= (seen.noise_variance * seen.lengths)[:, None]
    return torch.where(within_noise.any(dim=1), within_noise.int().argmax(dim=1), seen.steps)


def cross_validated(seen: Seen, schedule: Schedule) -> Depths:
    r"""Stop where generalized cross-validation is least.

    It is :math:`\|y - X^\top w_k\|^2/(m - \operatorname{tr} Q_k S_m)^2`, and needs no noise variance
    (Golub, Heath and Wahba 1979). The arguments are those of `last`.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.isotropic(2), 50)
    >>> seen = schedules.look([[0.5, 0], [0, 0.5]], prompts.sample(task, 3, generator=torch.Generator()), steps=7)
    >>> cross_validated(seen, schedules.plain(seen)).tolist()
    [7, 7, 7]
    """
    trace = (expected.filters(seen, schedule) * seen.S[:, None]).sum(dim=(2, 3))
    freedom = seen.lengths[:, None] - trace
    scores = torch.where(freedom > 0, _residuals(seen, schedule) / freedom.clamp(min=1e-300), torch.inf)
    return scores.argmin(dim=1)


def least_expected(seen: Seen, schedule: Schedule) -> Depths:
    """Stop where `expected.errors` are least, as is best on average without labels. Arguments are those of `last`.

    In the book: :prf:ref:`prop-expected`.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data.prompts import Prompts
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 3.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> seen = schedules.look(np.eye(2), batch, steps=7, noise_variance=1.0)
    >>> least_expected(seen, schedules.plain(seen)).tolist()
    [1]
    """
    return expected.errors(seen, schedule).argmin(dim=1)


def nearest_bayes(seen: Seen, schedule: Schedule) -> Depths:
    """Stop nearest to the answer of `expected.bayes`: the best on average of all rules that only stop.

    It knows a better answer, and says what rules that only stop could do. Arguments are those of `last`.

    In the book: :prf:ref:`prop-expected`.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data.prompts import Prompts
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 3.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> seen = schedules.look(np.eye(2), batch, steps=7, noise_variance=1.0)
    >>> nearest_bayes(seen, schedules.plain(seen)).tolist()  # it is half of the labels
    [1]
    """
    return _norms(schedules.chain(seen, schedule) - expected.bayes(seen)[:, None]).argmin(dim=1)


def _residuals(seen: Seen, schedule: Schedule, train: Seen | None = None) -> Norms:
    """Norms of y - Xᵀ w_k, for the chain on these prompts or on others."""
    answers = schedules.chain(seen if train is None else train, schedule)
    return _norms(seen.y[:, None] - answers @ seen.x.mT)


def _norms(vectors: Float[torch.Tensor, "batch looks entries"]) -> Norms:
    """Euclidean norms."""
    return vectors.square().sum(dim=2).sqrt()


def _first_rise(norms: Norms) -> Depths:
    """Index before the first rise that is more than rounding, or the last one."""
    rises = norms.diff(dim=1) > check.RELATIVE_TOLERANCE * norms[:, :1]
    return torch.where(rises.any(dim=1), rises.int().argmax(dim=1), norms.shape[1] - 1)
