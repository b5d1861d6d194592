r"""What a schedule leaves of the error on average over weights and label noise, and the answer that leaves least.

After k steps of a schedule the answer is :math:`Q_k X y/m` with a matrix that the examples decide. For
:math:`w \sim N(0, I)` this gives the mean error before any label is read.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float

from ttsbook import _tensor_validation
from ttsbook.tensors import Scalings, Weights, linalg
from ttsbook.thinking.schedules import CAP, Schedule, Seen, plain

UNSEEN = 1e-12  # eigenvalues of S_m below this share of the largest belong to directions that no example has
STILL = 1e-30  # a step whose square is below this share of the first one's is rounding


def filters(seen: Seen, schedule: Schedule) -> Float[torch.Tensor, "batch steps+1 d d"]:
    r"""Return the matrices :math:`Q_k` that make :math:`Q_k X y/m` the answer after each step.

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
    >>> from ttsbook.thinking.schedules import look
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 3.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> seen = look(np.eye(2), batch, steps=2)
    >>> filters(seen, plain(seen))[0].diagonal(dim1=1, dim2=2).tolist()
    [[0.0, 0.0], [1.0, 1.0], [1.5, 1.5]]
    """
    identity = torch.eye(len(seen.P), dtype=torch.float64)
    Q = [torch.zeros_like(seen.S)]
    for factor in _tensor_validation.columns("schedule", schedule, len(seen.x)):
        step = seen.matrix @ (identity - seen.S @ Q[-1])
        Q.append((Q[-1] + factor[:, None, None] * step).clamp(-CAP, CAP))  # prop-expected
    return torch.stack(Q, dim=1)


def errors(seen: Seen, schedule: Schedule) -> Float[torch.Tensor, "batch steps+1"]:
    r"""Mean error over the weight and the label noise after each step, given the examples.

    :math:`\|Q_k S_m - I\|_F^2 + \frac{\sigma^2}{m} \operatorname{tr} Q_k S_m Q_k^\top` for :math:`w \sim N(0, I)`. It
    looks at no label. The arguments are those of `filters`.

    In the book: :prf:ref:`prop-expected`.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data.prompts import Prompts
    >>> from ttsbook.thinking.schedules import look
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 3.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> seen = look(np.eye(2), batch, steps=2, noise_variance=1.0)
    >>> errors(seen, plain(seen)).tolist()  # 2 (1/4 + 1/4), 2 (1/16 + 9/16)
    [[2.0, 1.0, 1.25]]
    """
    Q, S = filters(seen, schedule), seen.S[:, None]
    products = Q @ S
    bias = (products - torch.eye(len(seen.P), dtype=torch.float64)).square().sum(dim=(2, 3))
    noise = (products * Q).sum(dim=(2, 3)) * (seen.noise_variance / seen.lengths)[:, None]
    return bias + noise  # prop-expected


def greedy(seen: Seen) -> Schedule:
    r"""Make each step so long that it leaves the least expected error that it can.

    With the noise variance :math:`\sigma^2` the answer after k steps is :math:`Q_k X y/m`, and a step changes the
    matrix to :math:`Q_k + \alpha P (I - S_m Q_k)`. The expected error is quadratic in :math:`\alpha`. So it never
    rises, whatever P is.

    In the book: :prf:ref:`prop-greedy`.

    Parameters
    ----------
    seen
        What is seen of the prompts.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data.prompts import Prompts
    >>> from ttsbook.thinking.schedules import look
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 0.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> greedy(look(np.eye(2), batch, steps=2)).tolist()  # S = I/2, and one step lands on the answer
    [[2.0, 0.0]]
    """
    S, noise = seen.S, (seen.noise_variance / seen.lengths)[:, None, None]
    identity = torch.eye(len(seen.P), dtype=torch.float64).expand_as(S)
    Q, factors = torch.zeros_like(S), torch.zeros_like(plain(seen))
    for k in range(seen.steps):
        D = seen.matrix @ (identity - S @ Q)
        slope = (D * ((identity - Q @ S - noise * Q) @ S)).sum(dim=(1, 2))  # prop-greedy: the numerator
        curvature = ((D @ S) * (D @ S + noise * D)).sum(dim=(1, 2))  # prop-greedy: the denominator
        moves = curvature > STILL * (seen.matrix @ S).square().sum(dim=(1, 2))
        factors[:, k] = torch.where(moves, slope / torch.where(moves, curvature, 1), 0)
        Q = Q + factors[:, k, None, None] * D
    return factors


def best_expected(*schedules: Callable[[Seen], Schedule]) -> Callable[[Seen], Schedule]:
    """Take for each prompt the schedule that promises the least expected error after some number of its steps.

    Parameters
    ----------
    schedules
        Functions that make schedules, such as `plain` and `chebyshev`.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data.prompts import Prompts
    >>> from ttsbook.thinking.schedules import look, safe
    >>> x, y = torch.diag(torch.tensor([1.0, 2.0]))[None], torch.tensor([[1.0, 0.0]])
    >>> batch = Prompts(x, y, torch.ones(1, 2), torch.tensor([2]))
    >>> best_expected(plain, safe)(look(np.eye(2), batch, steps=2)).tolist()
    [[0.8, 0.8]]
    """
    if not schedules:
        raise ValueError("schedules must be one function at least, got none")

    def schedule(seen: Seen) -> Schedule:
        candidates = torch.stack([make(seen) for make in schedules])  # (schedules, batch, steps)
        least = torch.stack([errors(seen, candidate).amin(dim=1) for candidate in candidates])
        return candidates[least.argmin(dim=0), torch.arange(len(seen.x))]

    return schedule


def bayes(seen: Seen) -> Weights:
    r"""Take the mean of the weight given the prompt, for :math:`w \sim N(0, I)`.

    :math:`(S_m + \frac{\sigma^2}{m} I)^{-1} X y/m`: it is ridge regression, and without noise
    least squares. No thinking is needed for it.

    Parameters
    ----------
    seen
        What is seen of the prompts.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data.prompts import Prompts
    >>> batch = Prompts(torch.eye(2)[None], torch.tensor([[1.0, 3.0]]), torch.ones(1, 2), torch.tensor([2]))
    >>> from ttsbook.thinking.schedules import look
    >>> bayes(look(np.eye(2), batch, steps=1, noise_variance=1.0)).tolist()
    [[0.5, 1.5]]
    """
    penalty = (seen.noise_variance / seen.lengths)[:, None, None] * torch.eye(len(seen.P), dtype=torch.float64)
    inverse = linalg.pinv(seen.S + penalty, hermitian=True, rtol=UNSEEN)
    return (inverse @ seen.moment[..., None])[..., 0]  # prop-expected


def guessed_noise(seen: Seen) -> Scalings:
    r"""Guess for each prompt the noise variance that makes its labels likeliest, for :math:`w \sim N(0, I)`.

    Given the examples, the labels are :math:`N(0, X^\top X + \sigma^2 I)`. The best of 61 variances is taken, from
    10⁻⁴ to 10². The arguments are those of `bayes`.

    Examples
    --------
    >>> import numpy as np
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> from ttsbook.thinking.schedules import look
    >>> task = Task(covariance.isotropic(2), 5000, noise_variance=1.0)
    >>> seen = look(np.eye(2), prompts.sample(task, 2, generator=torch.Generator().manual_seed(0)), steps=1)
    >>> guessed_noise(seen).tolist()
    [1.0, 1.0]
    """
    noises = torch.logspace(-4, 2, 61, dtype=torch.float64)
    strengths, directions = linalg.eigh(seen.S * seen.lengths[:, None, None])  # of X Xᵀ
    present = strengths > UNSEEN * strengths[:, -1:]
    squares = (directions.mT @ (seen.moment * seen.lengths[:, None])[..., None])[..., 0].square()
    explained = torch.where(present, squares / torch.where(present, strengths, 1), 0)
    variances = torch.where(present, strengths, 0)[..., None] + noises  # (batch, d, noises)
    # Minus twice the logarithm of the likelihood, but for a constant, in the examples' directions and in the others,
    # where labels are noise alone.
    surprise = torch.where(present[..., None], variances.log() + explained[..., None] / variances, 0).sum(dim=1)
    unexplained = (seen.y.square().sum(dim=1) - explained.sum(dim=1)).clamp(min=0)
    freedom = seen.lengths - present.sum(dim=1)
    return noises[(surprise + freedom[:, None] * noises.log() + unexplained[:, None] / noises).argmin(dim=1)]
