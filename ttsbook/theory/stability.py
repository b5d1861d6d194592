r"""Where a chain of thought diverges: edges of the spectrum of :math:`P S_m`, and the critical length."""

import math

import numpy as np

from ttsbook import _validation as check
from ttsbook.arrays import Covariance, CovarianceLike, Errors, Matrix, PreconditionerLike, Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task, covariance_of
from ttsbook.theory._chain import matrices, training
from ttsbook.theory.learned import spread

ADVICE = (
    "for any other P there are strides, largest_stride, cot_error_limit and simulate_cot_error; "
    "of one that is nearly symmetric, as layers learn it, take (P + P.T) / 2"
)
# Law of the largest eigenvalue of real Wishart matrices, by Tracy and Widom: nearly a gamma law, moved (Chiani 2014).
SHAPE, SCALE, SHIFT = 46.446, 0.186054, 9.84801


def preconditioned(P: PreconditionerLike, test_cov: CovarianceLike | Task) -> tuple[Vector, Matrix, Matrix]:
    r"""Return the eigenvalues, ascending, and eigenvectors of :math:`P^{1/2} \Sigma P^{1/2}`, and P's root.

    The arguments are those of `spectral_edges`.
    """
    P, test_cov = matrices(P, test_cov)
    root = covariance.square_root(check.definite("P", P, ADVICE))
    middle = root @ test_cov @ root  # def-stride
    eigenvalues, eigenvectors = np.linalg.eigh((middle + middle.T) / 2)
    return eigenvalues.clip(min=0), eigenvectors, root


def spectral_edges(
    P: PreconditionerLike, test_cov: CovarianceLike | Task, test_length: int | None
) -> tuple[float, float]:
    r"""Smallest and largest eigenvalue of :math:`P S_m`, in the limit of many skills and examples.

    Almost all chains diverge if the largest is above 2, hardly any if it is below. The smallest is 0 where
    m ≤ d, or where `test_cov` is singular.

    In the book: :prf:ref:`thm-stability`.

    Parameters
    ----------
    P
        Preconditioner, symmetric and positive definite.
    test_cov
        Covariance :math:`\Sigma` of the test prompts; or a task, of which the covariance alone counts.
    test_length
        Test prompt length m; None stands for infinity.

    Notes
    -----
    With the eigenvalues :math:`s_i` of :math:`P^{1/2}\Sigma P^{1/2}`, both are values of
    :math:`f(t) = \frac1t + \frac1m \sum_i \frac{s_i}{1 - s_i t}` at points where f is stationary,
    :math:`\frac1m \sum_i \bigl(\frac{s_i t}{1 - s_i t}\bigr)^2 = 1`: the upper edge at the one with
    :math:`t < 1/s_{\max}`, the lower edge at the one with :math:`t > 1/s_{\min}` (Silverstein and
    Choi 1995). Where one skill stands out, the largest eigenvalue varies from prompt to prompt by about
    :math:`s_{\max}\sqrt{2/m}`, and lies below the edge more often than not.

    Examples
    --------
    >>> [round(edge, 6) for edge in spectral_edges(np.eye(100), np.eye(100), 400)]  # (1 ± √(d/m))²
    [0.25, 2.25]
    """
    s = preconditioned(P, test_cov)[0]
    return edges_of(s, check.inverse_length("test_length", test_length))


def edges_of(s: Vector, inverse_m: float) -> tuple[float, float]:
    """Compute `spectral_edges` from the eigenvalues s, ascending, and 1/m."""
    if _is_sharp(s, inverse_m):
        return float(s[0]), float(s[-1])
    high = _edge(_upper_point(s, inverse_m), s, inverse_m)
    if inverse_m * len(s) >= 1 or s[0] <= check.RELATIVE_TOLERANCE * s[-1]:
        return 0.0, high
    reach = 2 / (1 - np.sqrt(inverse_m * len(s)))
    return _edge(_stationary(s, inverse_m, (1 + 1e-13) / s[0], reach / s[0]), s, inverse_m), high


def upper_width(s: Vector, inverse_m: float) -> float:
    """Return the standard deviation of the largest eigenvalue, by Tracy and Widom's law (El Karoui 2007)."""
    if _is_sharp(s, inverse_m):
        return 0.0
    t = _upper_point(s, inverse_m)
    unit = inverse_m ** (2 / 3) / t * np.cbrt(1 + inverse_m * ((s * t / (1 - s * t)) ** 3).sum())
    return float(unit * SCALE * np.sqrt(SHAPE))


def longest_stride_excess(s: Vector, inverse_m: float, steps: int) -> Errors:
    """Return the mean, over prompts, of what the longest stride adds to the error of each step above its edge."""
    from scipy.special import roots_genlaguerre  # here, so that theory starts without SciPy

    nodes, weights = roots_genlaguerre(60, SHAPE - 1)
    twice, edge = 2 * np.arange(steps + 1), edges_of(s, inverse_m)[1]
    unit = upper_width(s, inverse_m) / (SCALE * np.sqrt(SHAPE))
    strides = edge + unit * (SCALE * nodes - SHIFT)
    with np.errstate(over="ignore", invalid="ignore"):
        grown = np.abs(strides[:, None] - 1) ** twice - np.abs(edge - 1) ** twice
        return weights / weights.sum() @ np.where(np.isnan(grown), np.inf, grown.clip(min=0))


def _is_sharp(s: Vector, inverse_m: float) -> bool:
    """Whether the eigenvalues do not vary as far as numbers can tell: edges are √(d/m) apart."""
    return bool(inverse_m < 1e-24 or s[-1] == 0)


def _edge(t: float, s: Vector, inverse_m: float) -> float:
    """Value of the function of `spectral_edges`."""
    return float(1 / t + inverse_m * (s / (1 - s * t)).sum())  # eq-proofs-edge


def _upper_point(s: Vector, inverse_m: float) -> float:
    """Find the point of the upper edge, clear of the poles at 0 and at 1/s_max between which it lies."""
    return _stationary(s, inverse_m, 1e-9 / s[-1], (1 - 1e-13) / s[-1])


def _stationary(s: Vector, inverse_m: float, low: float, high: float) -> float:
    """Find where the function of `spectral_edges` is stationary."""
    from scipy.optimize import brentq  # here, so that theory starts without SciPy

    def slope(t: float) -> float:
        """Take what has the sign of the sum less 1, and is bounded at its poles."""
        with np.errstate(divide="ignore"):
            return 1 - 1 / (inverse_m * np.square(s * t / (1 - s * t)).sum())

    return brentq(slope, low, high, xtol=1e-300, rtol=1e-14)


def critical_train_length(
    cov: CovarianceLike | Task, test_cov: CovarianceLike | Task, *, fourth_moments: CovarianceLike | None = None
) -> float:
    r"""Training prompt length n beyond which chains of thought diverge on endless test prompts.

    At m = ∞ the chain diverges if and only if :math:`\lambda_{\max}(\Gamma^{-1}\Sigma) > 2`. This grows with
    n, and reaches 2 at :math:`1/n = \mu`, the largest eigenvalue of
    :math:`\frac12 (\Lambda + (\mathrm{tr}\,\Lambda + \sigma^2)\, I)^{-1} (\Sigma - 2\Lambda)`. Label noise in
    training makes steps smaller, and so this length larger. It is ``math.inf`` if no length lets the chain
    diverge: :math:`\Sigma \preceq 2\Lambda`. Below 1, every length does. Features with other fourth moments K
    put :math:`K\Lambda^{-1} - \Lambda + \sigma^2 I` in the place of the matrix that is inverted here.

    In the book: :prf:ref:`thm-critical-length`, :prf:ref:`prop-tails-length`.

    Parameters
    ----------
    cov
        Training covariance :math:`\Lambda`, positive definite; or the task that is trained on, for its
        covariance and its label noise :math:`\sigma^2`. The task's own prompt length plays no part.
    test_cov
        Covariance :math:`\Sigma` of the test prompts; or a task, of which the covariance alone counts.
    fourth_moments
        Fourth moments K of the training examples, such as `features.fourth_moments` gives; by default those of
        Gaussian features.

    Notes
    -----
    If K and :math:`\Lambda` do not commute, strides may be complex, and no closed form is known: this is the least
    length on a grid from 10⁻³ to 10⁹ whose chain diverges, refined.

    Examples
    --------
    >>> trained = covariance.power_law(20, 0.8, trace=20)
    >>> round(critical_train_length(trained, covariance.isotropic(20)), 1)
    179.6
    >>> critical_train_length(trained, trained)
    inf
    >>> from ttsbook.data.tasks import Task
    >>> round(critical_train_length(Task(trained, 200, noise_variance=20), covariance.isotropic(20)), 1)
    355.8
    >>> from ttsbook.data import features
    >>> heavy = features.fourth_moments(trained, features.ScaleMixture(0.1, 5.5))
    >>> round(critical_train_length(trained, covariance.isotropic(20), fourth_moments=heavy), 1)
    591.4
    """
    cov, total = training(cov)
    test_cov = check.covariance("test_cov", covariance_of(test_cov))
    check.same_dimension(cov=cov, test_cov=test_cov)
    slope = cov + total * np.eye(len(cov))  # Γ is Λ + slope/n
    if fourth_moments is not None:
        slope = spread(cov, fourth_moments) + (total - np.trace(cov)) * np.eye(len(cov))  # prop-fourth-moments
        if not check.is_definite(slope):
            return _searched(cov, slope, test_cov)
        slope = (slope + slope.T) / 2
    scale = np.linalg.inv(covariance.square_root(slope))
    largest = np.linalg.eigvalsh(scale @ (test_cov - 2 * cov) @ scale)[-1] / 2  # eq-proofs-nu
    return float(1 / largest) if largest > check.RELATIVE_TOLERANCE else np.inf


def _searched(cov: Covariance, slope: Matrix, test_cov: Covariance) -> float:
    """Search the least n with which Γ = Λ + slope/n lets chains on endless prompts diverge."""
    from scipy.optimize import brentq  # here, so that theory starts without SciPy

    def excess(log: float) -> float:
        """Spectral radius of the error map, less 1 and rounding."""
        gamma = cov + slope * math.exp(-log)
        strides = np.linalg.eigvals(np.linalg.inv(gamma) @ test_cov)
        return float(np.abs(1 - strides).max() - 1 - check.RELATIVE_TOLERANCE)

    logs = np.log(np.geomspace(1e-3, 1e9, 400)).tolist()
    beyond = [excess(log) > 0 for log in logs]
    if not any(beyond):
        return np.inf
    first = beyond.index(True)
    return math.exp(brentq(excess, logs[first - 1], logs[first]) if first else logs[0])
