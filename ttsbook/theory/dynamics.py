r"""What training does to the paper's layer, in closed form.

The training loss is half the error of the direct answer; V31 starts at zero, W13 at c I, W24 at -c.
Arguments that are out of range are refused by name.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from ttsbook import _validation as check
from ttsbook import theory
from ttsbook.arrays import Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory._chain import noiseless
from ttsbook.theory.excess import pair_sums
from ttsbook.theory.learned import gamma_of


@dataclass(frozen=True, eq=False)
class Descent:
    """Predicted course of gradient descent: numbers before each update, and after the last.

    Attributes
    ----------
    loss
        Training loss.
    preconditioner_error
        Frobenius distance of P from Γ⁻¹, relative to the latter's norm.

    Examples
    --------
    >>> task = Task(covariance.isotropic(2), 8)
    >>> descent(task, 2, step_size=largest_step(task) / 4).preconditioner_error.tolist()
    [1.0, 0.5, 0.25]
    """

    loss: Float64[np.ndarray, " times"]
    preconditioner_error: Float64[np.ndarray, " times"]


def _curvatures(task: Task, c: float) -> tuple[Vector, Vector, Vector]:
    """Eigenvalues c² l_i γ_i of the loss in V31, and l_i and γ_i, strongest skill first."""
    check.instance("task", task, Task)
    check.covariance("cov", task.cov, definite=True)
    c = check.number("c", c)
    if c == 0:
        raise ValueError(f"c must not be zero, got {c!r}")
    strengths = covariance.skills(task.cov).strengths
    gammas = np.linalg.eigvalsh(gamma_of(task))[::-1]
    return c**2 * strengths * gammas, strengths, gammas  # eq-proofs-geometric


def largest_step(task: Task, *, c: float = 1.0) -> float:
    r"""Step size below which gradient descent on V31 alone converges, :math:`2/(c^2 \lambda_1 \gamma_1)`.

    Here :math:`\lambda_i` are the eigenvalues of the covariance and
    :math:`\gamma_i = (1 + 1/n)\,\lambda_i + \mathrm{tr}\,\Lambda/n` those of Γ, largest first.

    In the book: :prf:ref:`thm-training`.

    Parameters
    ----------
    task
        What training prompts are drawn from; its covariance must be positive definite.
    c
        Scale of the frozen weights, W13 = c I and W24 = -c, not zero.

    Examples
    --------
    >>> largest_step(Task(covariance.isotropic(4), 5), c=2.0)
    0.25
    """
    return float(2 / _curvatures(task, c)[0][0])  # thm-training


def descent(task: Task, updates: int, *, step_size: float, c: float = 1.0) -> Descent:
    r"""Course of gradient descent on V31 alone with the exact gradient and a constant step size η.

    After t updates the error of the preconditioner is :math:`-\rho_i^t/\gamma_i` along skill i, with
    :math:`\rho_i = 1 - \eta c^2 \lambda_i\gamma_i`, and the loss exceeds its least value by
    :math:`\frac12\sum_i \rho_i^{2t}\lambda_i/\gamma_i`.

    In the book: :prf:ref:`thm-training`.

    Parameters
    ----------
    task
        What training prompts are drawn from; its covariance must be positive definite.
    updates
        Number of updates.
    step_size
        Step size η. From `largest_step` on the course does not converge.
    c
        Scale of the frozen weights, not zero.

    Examples
    --------
    >>> task = Task(covariance.isotropic(5), 20)
    >>> course = descent(task, 3, step_size=largest_step(task) / 3)
    >>> course.preconditioner_error.round(3).tolist()
    [1.0, 0.333, 0.111, 0.037]
    """
    updates = check.count("updates", updates, least=0)
    step_size = check.positive("step_size", step_size)
    curvatures, strengths, gammas = _curvatures(task, c)
    with np.errstate(over="ignore"):  # what diverges ends at inf
        powers = (1 - step_size * curvatures) ** np.arange(updates + 1)[:, None]  # eq-proofs-geometric
        excess = (powers**2 * strengths / gammas).sum(axis=1) / 2  # eq-proofs-path
        relative = np.sqrt((powers**2 / gammas**2).sum(axis=1) / (1 / gammas**2).sum())
    least = (task.dim - (strengths / gammas).sum()) / 2  # prop-best-step
    return Descent(least + excess, relative)


def drift(task: Task, *, c: float = 1.0) -> float:
    r"""Ratio r = W13/(-W24) at which gradient flow on all weights ends.

    With w_0 = 0, W13 gets no gradient, and the flow conserves :math:`W_{24}^2 - \|V_{31}\|_F^2`. So
    :math:`W_{24}^2 = \frac12\bigl(c^2 + \sqrt{c^4 + 4\,\|\Gamma^{-1}\|_F^2}\bigr)` at the end, and
    :math:`r = c/|W_{24}| < 1`. The chain then converges to w/r.

    In the book: :prf:ref:`prop-drift`.

    Parameters
    ----------
    task
        What training prompts are drawn from; its covariance must be positive definite.
    c
        Scale of the weights at the start, not zero.

    Examples
    --------
    >>> task = Task(covariance.power_law(5, 0.7, trace=5), 20)
    >>> [round(drift(task, c=c), 3) for c in (1.0, 3.0, 5.0)]
    [0.627, 0.978, 0.997]
    """
    _, _, gammas = _curvatures(task, c)
    c = float(c)
    W24_squared = (c**2 + np.sqrt(c**4 + 4 * (1 / gammas**2).sum())) / 2  # prop-drift
    return float(abs(c) / np.sqrt(W24_squared))


def finite_prompts_error(task: Task, *, samples: int, rng: np.random.Generator) -> tuple[float, float]:
    r"""Predict the squared distance from Γ⁻¹ of the best preconditioner on N prompts, times N.

    The best preconditioner on N prompts is the regression of w on :math:`u = S w`. To first order in
    1/N its expected squared Frobenius distance is :math:`\mathbb{E}[\|w - \Gamma^{-1}u\|^2\,
    u^\top (\Lambda\Gamma)^{-2}\,u]/N`. The average over w is exact; that over prompts is simulated.
    With few prompts, dividing by N - d - 1 is more accurate; for Gaussian u it would be exact.
    The second number is the standard error of the simulation.

    In the book: :prf:ref:`prop-finite-prompts`.

    Parameters
    ----------
    task
        What training prompts are drawn from, without label noise; its covariance must be positive definite.
    samples
        Number of empirical covariances to draw, at least 2.
    rng
        Source of randomness.

    Examples
    --------
    >>> task = Task(covariance.isotropic(2), 10)
    >>> mean, standard_error = finite_prompts_error(task, samples=20_000, rng=np.random.default_rng(0))
    >>> round(mean, 1)
    1.6
    """
    _curvatures(task, 1.0)
    noiseless("task", task)
    samples = check.count("samples", samples, least=2)
    P = theory.preconditioner(task)
    inverse = P @ np.linalg.inv(task.cov)  # (ΛΓ)^{-1}
    S = covariance.sample_empirical(task.cov, task.prompt_length, samples=samples, rng=rng)
    residual, feature = np.eye(task.dim) - P @ S, inverse @ S
    A, B = residual.transpose(0, 2, 1) @ residual, feature.transpose(0, 2, 1) @ feature
    draws = np.einsum("sii->s", A) * np.einsum("sii->s", B) + 2 * (A * B).sum(axis=(1, 2))  # eq-proofs-constant
    return float(draws.mean()), float(draws.std(ddof=1) / np.sqrt(samples))


def finite_prompts_excess(task: Task, steps: int, *, samples: int, rng: np.random.Generator) -> tuple[float, float]:
    r"""Predict by what share of itself the error of k steps grows if the layer learned from N prompts, times N.

    The layer learned the regression of `finite_prompts_error`, and thinks at m = ∞ and matched covariances. To first
    order in 1/N the mean error is that of Γ⁻¹ times 1 + C/N; the first number is C. The average over the training
    weights is exact; that over training prompts is simulated, and the second number is its standard error.

    In the book: :prf:ref:`prop-finite-prompts`.

    Parameters
    ----------
    task
        What training prompts are drawn from, without label noise; its covariance must be positive definite.
    steps
        Number of thinking steps k, at least 1.
    samples
        Number of empirical covariances to draw, at least 2.
    rng
        Source of randomness.

    Notes
    -----
    One prompt moves a step by :math:`r g^\top/N` with :math:`r = w - \Gamma^{-1} S w` and
    :math:`g = \Gamma^{-1} S w`. The mean of its square enters k steps as in `first_excess`, with the same
    :math:`a`, :math:`b` and :math:`c`:
    :math:`\sum_{p,q} c_{pq}^2\, r_p^2 g_q^2 + 2 a_p^k b_{pq}\, r_p g_p r_q g_q`. Regression has a bias of the same
    order, which adds :math:`2k \sum_p a_p^{2k-1} r_p g_p \sum_q (\gamma_q/\lambda_q)\, g_q^2`.

    Examples
    --------
    >>> task = Task(covariance.isotropic(5), 20)
    >>> for k in (1, 5):
    ...     print(round(finite_prompts_excess(task, k, samples=20_000, rng=np.random.default_rng(0))[0]))
    15
    694
    """
    _curvatures(task, 1.0)
    noiseless("task", task)
    k, samples = check.count("steps", steps, least=1), check.count("samples", samples, least=2)
    strengths, n = covariance.skills(task.cov).strengths, task.prompt_length
    gammas = strengths + (strengths + strengths.sum()) / n
    a = 1 - strengths / gammas
    b, c = pair_sums(a, k)
    S = covariance.sample_empirical(np.diag(strengths), n, samples=samples, rng=rng)
    g = S / gammas[:, None]  # times w; the residual r is I - g, times w
    r = np.eye(task.dim) - g
    rr, gg, rg = (A @ B.transpose(0, 2, 1) for A, B in ((r, r), (g, g), (r, g)))
    rr_, gg_, rg_ = (np.einsum("spp->sp", M) for M in (rr, gg, rg))  # diagonals; fourth moments by pairings
    squares = rr_[:, :, None] * gg_[:, None, :] + 2 * rg**2
    crossed = rg_[:, :, None] * rg_[:, None, :] + rr * gg + rg * rg.transpose(0, 2, 1)
    ratio = gammas / strengths
    bias = rg_ * (gg_ @ ratio)[:, None] + 2 * np.einsum("spq,q,sqp->sp", rg, ratio, gg)
    draws = (squares * c**2 + 2 * a[:, None] ** k * b * crossed).sum(axis=(1, 2)) + 2 * k * bias @ a ** (2 * k - 1)
    draws /= (a ** (2 * k)).sum()
    return float(draws.mean()), float(draws.std(ddof=1) / np.sqrt(samples))
