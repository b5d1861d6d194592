"""Closed forms and classical solvers on the prompts that a layer sees, with the signature of a model.

Each function here returns a function of prompts and steps, which gives the answers to all prompts after each
step: what `evaluation.error_curve` takes in place of a model. All start from zero, and compute in float64,
whatever the prompts are. A closed form gives its answer at the first step and keeps it. Arguments that are out
of range are refused by name.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float

from ttsbook import _validation as check
from ttsbook.arrays import PreconditionerLike
from ttsbook.data.prompts import Prompts
from ttsbook.models.protocols import Solver
from ttsbook.tensors import Chain, SquareMatrices, Weights, linalg

ADVICE = "use `thinking`, which takes any square matrix"
RELATIVE_ZERO = 1e-12  # eigenvalues of X Xᵀ below this share of the largest belong to unseen directions


def least_squares() -> Solver:
    r"""Ordinary least squares; of all weights that fit the examples, the one of least norm.

    Without label noise it is the Bayes estimate: w itself from d examples on, and from fewer its
    projection on their span, with :math:`\mathbb{E}\|\hat w - w\|^2 = d - m`.

    Examples
    --------
    >>> from ttsbook.data import covariance
    >>> from ttsbook.thinking import evaluation
    >>> from ttsbook.data.tasks import Task
    >>> generator = torch.Generator().manual_seed(0)
    >>> task = Task(covariance.isotropic(5), 3)
    >>> curve = evaluation.error_curve(least_squares(), task, steps=1, samples=4000, generator=generator)
    >>> curve.mean.round().tolist()  # d - m = 2
    [5.0, 2.0]
    """

    def answers(prompts: Prompts, steps: int) -> Chain:
        gram, moment = _sums(prompts)
        strengths, directions = linalg.eigh(gram)
        spanned = strengths > RELATIVE_ZERO * strengths[:, -1:]
        inverse = torch.where(spanned, 1 / strengths, torch.zeros_like(strengths))
        coordinates = inverse * (directions.mT @ moment[..., None])[..., 0]
        return _constant((directions @ coordinates[..., None])[..., 0], steps)

    return answers


def ridge(penalty: float) -> Solver:
    r"""Ridge regression, :math:`\hat w = (S_m + \lambda I)^{-1} X y/m`.

    With label noise of variance :math:`\sigma^2` the Bayes estimate has :math:`\lambda = \sigma^2/m`.

    Parameters
    ----------
    penalty
        The penalty λ, positive.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 50), 3, generator=torch.Generator())
    >>> tuple(ridge(0.1)(batch, 4).shape)
    (3, 5, 2)
    """
    check.positive("penalty", penalty)

    def answers(prompts: Prompts, steps: int) -> Chain:
        S, moment = _means(prompts)
        identity = torch.eye(S.shape[-1], dtype=S.dtype, device=S.device)
        return _constant(linalg.solve(S + penalty * identity, moment), steps)

    return answers


def gradient_descent(step_size: float | None = None) -> Solver:
    r"""Gradient descent on :math:`\frac{1}{2m}\|y - X^\top w\|^2` from zero.

    Parameters
    ----------
    step_size
        Step size. By default an oracle's: for each prompt the constant step that shrinks the error
        fastest in the long run, :math:`2/(\lambda_{\min} + \lambda_{\max})` of the nonzero
        eigenvalues of :math:`S_m`.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 50), 3, generator=torch.Generator())
    >>> gap = gradient_descent()(batch, 10) - batch.w[:, None]
    >>> bool((gap[:, 10].norm(dim=1) < 0.01 * gap[:, 0].norm(dim=1)).all())
    True
    """
    if step_size is not None:
        check.positive("step_size", step_size)

    def answers(prompts: Prompts, steps: int) -> Chain:
        S, moment = _means(prompts)
        step = 2 / sum(_ends(S)) if step_size is None else step_size
        return _descent(S, moment, steps, lambda residual: step * residual)

    return answers


def thinking(P: PreconditionerLike) -> Solver:
    r"""Thinking in closed form, :math:`w_{k+1} = w_k + P\,(X y/m - S_m w_k)`, with any preconditioner.

    Parameters
    ----------
    P
        Preconditioner, any square matrix; that of training is `theory.preconditioner`.

    Examples
    --------
    >>> from ttsbook import theory
    >>> from ttsbook.data import covariance
    >>> from ttsbook.thinking import evaluation
    >>> from ttsbook.data.tasks import Task
    >>> task, generator = Task(covariance.isotropic(5), 50), torch.Generator().manual_seed(0)
    >>> solver = thinking(theory.preconditioner(task))
    >>> curve = evaluation.error_curve(solver, task, steps=2, samples=2000, generator=generator)
    >>> curve.mean.round(1).tolist()
    [4.9, 0.5, 0.1]
    """
    matrix = torch.as_tensor(check.square_matrix("P", P))

    def answers(prompts: Prompts, steps: int) -> Chain:
        S, moment = _means(prompts, matrix)
        return _descent(S, moment, steps, lambda residual: residual @ matrix.to(moment).mT)

    return answers


def chebyshev(P: PreconditionerLike | None = None) -> Solver:
    r"""Chebyshev's method on :math:`S_m w = X y/m` from zero: gradient steps whose lengths follow a plan.

    After k steps no method of steps along :math:`P` times the gradient that knows only the smallest and the largest
    nonzero eigenvalue of :math:`P S_m` has a smaller bound on its error. It is given both, for each prompt.

    Parameters
    ----------
    P
        Preconditioner, symmetric and positive definite; by default the identity.

    Raises
    ------
    ValueError
        If `P` is not symmetric and positive definite.

    Notes
    -----
    The recurrence of three terms (Saad 2003, algorithm 12.1), which is stable in any number of steps.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> batch = prompts.sample(Task(covariance.isotropic(2), 50), 3, generator=torch.Generator())
    >>> gap = chebyshev()(batch, 10) - batch.w[:, None]
    >>> bool((gap[:, 10].norm(dim=1) < 1e-4 * gap[:, 0].norm(dim=1)).all())
    True
    """
    matrix = None if P is None else torch.as_tensor(check.definite("P", P, ADVICE))

    def answers(prompts: Prompts, steps: int) -> Chain:
        S, residual = _means(prompts, matrix)
        root = None if matrix is None else linalg.cholesky(matrix.to(S))
        least, largest = _ends(S if root is None else root.mT @ S @ root)  # those of P S_m
        center, width = (least + largest) / 2, (largest - least) / 2
        direction, ratio = _preconditioned(matrix, residual) / center, width / center
        chain = [torch.zeros_like(residual)]
        for _ in range(check.count("steps", steps, least=0)):
            chain.append(chain[-1] + direction)
            residual = residual - _times(S, direction)
            scale = 2 * center - width * ratio
            direction = (width * ratio * direction + 2 * _preconditioned(matrix, residual)) / scale
            ratio = width / scale
        return torch.stack(chain, dim=1)

    return answers


def conjugate_gradient(P: PreconditionerLike | None = None) -> Solver:
    r"""Conjugate gradients on :math:`S_m w = X y/m` from zero, preconditioned if you like.

    After k steps it has the least residual, in the norm of :math:`S_m`, of all weights in the space
    that k steps of a preconditioned gradient method can reach, that of thinking with `P` included.

    Parameters
    ----------
    P
        Preconditioner, symmetric and positive definite; by default the identity.

    Raises
    ------
    ValueError
        If `P` is not symmetric and positive definite, as that of a mixture may not be: `thinking` takes it.

    Examples
    --------
    >>> from ttsbook.data import covariance, prompts
    >>> from ttsbook.data.tasks import Task
    >>> task = Task(covariance.power_law(4, 1.0), 50)
    >>> batch = prompts.sample(task, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    >>> torch.allclose(conjugate_gradient()(batch, 4)[:, 4], batch.w)  # d steps are enough
    True
    """
    matrix = None if P is None else torch.as_tensor(check.definite("P", P, ADVICE))

    def answers(prompts: Prompts, steps: int) -> Chain:
        S, residual = _means(prompts, matrix)
        w, direction = torch.zeros_like(residual), _preconditioned(matrix, residual)
        size, chain = (residual * direction).sum(dim=1, keepdim=True), [w]
        floor = 1e-30 * size  # a residual that small is rounding, and its direction means nothing
        for _ in range(check.count("steps", steps, least=0)):
            image = _times(S, direction)
            active = (size > floor).to(w)
            step = active * size / torch.where(active > 0, (direction * image).sum(dim=1, keepdim=True), 1.0)
            w, residual = w + step * direction, residual - step * image
            corrected = _preconditioned(matrix, residual)
            previous, size = size, (residual * corrected).sum(dim=1, keepdim=True)
            direction = corrected + active * size / torch.where(active > 0, previous, 1.0) * direction
            chain.append(w)
        return torch.stack(chain, dim=1)

    return answers


def _descent(S: SquareMatrices, moment: Weights, steps: int, precondition: Callable[[Weights], Weights]) -> Chain:
    """Chain that follows the gradient from zero; once beyond float64 it is inf, where inf - inf would be NaN."""
    weights = [torch.zeros_like(moment)]
    for _ in range(check.count("steps", steps, least=0)):
        weights.append(weights[-1] + precondition(moment - _times(S, weights[-1])))  # prop-recursion
    chain = torch.stack(weights, dim=1)
    lost = torch.cummax(~torch.isfinite(chain).all(dim=-1), dim=1).values
    return chain.masked_fill(lost[..., None], torch.inf)


def _preconditioned(matrix: torch.Tensor | None, residual: Weights) -> Weights:
    """Multiply residuals by the preconditioner, if there is one."""
    return residual if matrix is None else residual @ matrix.to(residual)


def _sums(prompts: Prompts) -> tuple[SquareMatrices, Weights]:
    """X Xᵀ and X y, in float64: in float32 unseen directions are lost in rounding."""
    check.instance("prompts", prompts, Prompts)
    x, y = prompts.x.double(), prompts.y.double()
    return x.mT @ x, (y[:, None] @ x)[:, 0]


def _means(prompts: Prompts, P: torch.Tensor | None = None) -> tuple[SquareMatrices, Weights]:
    """S_m and X y/m of prompts that fit a preconditioner."""
    gram, moment = _sums(prompts)
    if P is not None and len(P) != gram.shape[-1]:
        raise ValueError(f"P must have the dimension of the prompts, {gram.shape[-1]}, got {len(P)}")
    lengths = prompts.lengths.to(gram)
    return gram / lengths[:, None, None], moment / lengths[:, None]


def _times(S: SquareMatrices, w: Weights) -> Weights:
    """Product S w of each prompt."""
    return (S @ w[..., None])[..., 0]


def _constant(answer: Weights, steps: int) -> Chain:
    """Repeat an answer from the first step on, with zero before it."""
    return torch.stack([torch.zeros_like(answer), *[answer] * check.count("steps", steps, least=0)], dim=1)


def _ends(S: SquareMatrices) -> tuple[Float[torch.Tensor, "batch 1"], Float[torch.Tensor, "batch 1"]]:
    """Smallest nonzero and largest eigenvalue of each matrix."""
    strengths = linalg.eigvalsh(S)
    largest = torch.where(strengths[:, -1:] > 0, strengths[:, -1:], 1.0)  # of no example at all: any step stays at 0
    nonzero = torch.where(strengths > RELATIVE_ZERO * largest, strengths, largest)
    return nonzero.min(dim=1, keepdim=True).values, largest
