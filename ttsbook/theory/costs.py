"""What the skills of a task cost, and how many of them one step learns."""

from ttsbook import _validation as check
from ttsbook.arrays import CovarianceLike, Vector
from ttsbook.data import covariance
from ttsbook.data.tasks import Task
from ttsbook.theory._chain import training


def skill_costs(cov: CovarianceLike | Task) -> Vector:
    r"""Cost of each skill in examples, :math:`h_i = 1 + (\mathrm{tr}\,\Lambda + \sigma^2)/\lambda_i`.

    In the order of `covariance.skills`, strongest skill first, so rising: from above 2 (for d = 1 exactly 2)
    to 1 + Hard(Λ), without label noise.

    In the book: :prf:ref:`prop-direct-matched`.

    Parameters
    ----------
    cov
        Covariance :math:`\Lambda`, positive definite; or a task, for its covariance and its label noise
        :math:`\sigma^2`, without which :math:`\sigma^2 = 0`.

    Examples
    --------
    >>> skill_costs([[1.0, 0.0], [0.0, 0.25]]).tolist()
    [2.25, 6.0]
    """
    cov, total = training(cov)
    return 1 + total / covariance.skills(cov).strengths  # prop-direct-matched


def mean_cost_bound(cov: CovarianceLike | Task, train_length: float, test_length: int) -> float:
    r"""Upper bound on the direct error at matched covariances from the mean cost of a skill alone.

    For :math:`n/2 \le m \le 2n`,
    :math:`e_1 \le d\,\bar h\,(\bar h + n^2/m)/(n + \bar h)^2` with the mean cost
    :math:`\bar h = 1 + \mathrm{tr}\,\Lambda\,\mathrm{tr}\,\Lambda^{-1}/d`: the error as it would be
    if every skill had the mean cost. Not in the paper.

    In the book: :prf:ref:`prop-mean-cost`.

    Parameters
    ----------
    cov
        Covariance :math:`\Lambda` of training and test prompts, positive definite; or a task, whose label
        noise counts in training and test.
    train_length
        Training prompt length n.
    test_length
        Test prompt length m, from n/2 to 2n.

    Notes
    -----
    Jensen's inequality: the error of a skill is a concave function of its cost h > 0 for these lengths,
    and for no others.

    Examples
    --------
    >>> round(mean_cost_bound(covariance.isotropic(5), 20, 20), 6)  # exact, since all costs are equal
    1.153846
    """
    costs = skill_costs(cov)
    cost = costs.mean()
    n = check.number("train_length", train_length, least=1)
    m = check.count("test_length", test_length, least=1)
    if not n / 2 <= m <= 2 * n:
        raise ValueError(f"test_length must be from {n / 2:g} to {2 * n:g}, half to twice train_length, got {m}")
    return float(len(costs) * cost * (cost + n**2 / m) / (n + cost) ** 2)  # prop-mean-cost


def effective_dimension(cov: CovarianceLike, penalty: float) -> float:
    r"""Count the skills that stand out against a penalty: :math:`\sum_i \lambda_i/(\lambda_i + \mu)`.

    A number between 0 and d: a skill of strength :math:`\mu` counts one half. At matched covariances and
    lengths the direct error is
    :math:`e_1 = d - \frac{n}{n+1}\, d_{\mathrm{eff}}\big(\frac{\mathrm{tr}\,\Lambda}{n+1}\big)`.

    In the book: :prf:ref:`prop-skills-learned`.

    Parameters
    ----------
    cov
        Covariance :math:`\Lambda`.
    penalty
        The penalty :math:`\mu > 0`, in the unit of the strengths.

    Notes
    -----
    The effective dimension of ridge regression with this penalty (Zhang 2005).

    Examples
    --------
    >>> effective_dimension([[3.0, 0.0], [0.0, 1.0]], 1.0)
    1.25
    """
    strengths = covariance.skills(cov).strengths
    return float((strengths / (strengths + check.positive("penalty", penalty))).sum())  # prop-skills-learned
