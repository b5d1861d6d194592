"""Chains on prompts of another domain than that of training: whether they turn, and who can tell."""

import math
import warnings

import numpy as np
from jaxtyping import Float64

from monograph.experiments.real import domains, plan
from monograph.experiments.results import Run, Settings
from ttsbook import theory
from ttsbook.arrays import Covariance, Matrix, Numbers, Preconditioner
from ttsbook.data import rows
from ttsbook.data.rows import Rows

ROUNDING = 1e-9


def pair(settings: Settings, *, name: str, center: str) -> Run:
    """Measure a pair near the critical length of Gaussian rows and far from it.

    Parameters
    ----------
    settings
        Those of the plan.
    name
        Pair, one of `plan.PAIRS`.
    center
        As for `domains.pair`.
    """
    train, test = domains.pair(name, center)
    dim, rng = len(train.cov), np.random.default_rng(plan.PAIRS.index(name))
    critical = theory.critical_train_length(train.cov, test.cov)
    near = [factor * critical for factor in plan.NEAR if math.isfinite(critical) and factor * critical >= 1]
    lengths = [(n, True) for n in near] + [(float(n * dim), False) for n in plan.FAR]
    outcome = [
        {"n": n, "near": near, **_setting(settings, train, test, n, m * dim, rng)}
        for n, near in lengths
        for m in plan.TESTS
    ]
    return {
        "dim": dim,
        "rows": [len(train), len(test)],
        "condition": float(np.linalg.cond(train.cov)),
        "stretch": train.stretch,
        "test_stretch": test.stretch,
        "critical": critical,
        "true_critical": theory.critical_train_length(train.cov, test.cov, fourth_moments=train.fourth_moments),
        "settings": outcome,
        **_shares(train, test),
    }


def matched(settings: Settings, *, name: str) -> Run:
    """Measure a pool that is tested on itself, and its longest stride on endless prompts.

    Parameters
    ----------
    settings
        Those of the plan.
    name
        Pool, one of `plan.POOLS`.
    """
    pool = domains.pool(name)
    pool = rows.standardize(pool, pool)[0]
    dim, rng = len(pool.cov), np.random.default_rng(plan.POOLS.index(name))
    outcome = []
    for n in plan.FAR:
        P = learner(pool, n * dim)
        for m in plan.TESTS:
            curve = _median(P, pool.draw(m * dim, samples=settings["prompts"], rng=rng), settings["steps"])
            outcome.append({"n": n * dim, "m": m * dim, "turns": turns(curve), "best": int(curve.argmin())})
    longest = max(float(np.abs(theory.strides(learner(pool, n * dim), pool.cov)).max()) for n in plan.FAR)
    return {"dim": dim, "rows": len(pool), "stretch": pool.stretch, "longest": longest, "settings": outcome}


def learner(pool: Rows, n: float) -> Preconditioner:
    r"""Return what a layer learns from prompts of n rows: :math:`\Lambda B^{-1}` with the fourth moments of the pool.

    Parameters
    ----------
    pool
        Rows.
    n
        Length of the prompts, any number from 1 on.
    """
    return np.linalg.inv(theory.gamma(pool.cov, n, fourth_moments=pool.fourth_moments))


def turns(curve: Numbers) -> bool:
    """Say whether a curve ends more than 5 % above its least value.

    Parameters
    ----------
    curve
        An error for each step.

    Examples
    --------
    >>> turns(np.array([2.0, 1.0, 1.04])), turns(np.array([2.0, 1.0, np.inf]))
    (False, True)
    """
    return bool(_floored(curve)[-1] > plan.TURN * _floored(curve).min())


def _floored(curve: Numbers) -> Numbers:
    """Count errors below a thousandth of the first one, which is d, as that."""
    return np.maximum(curve, plan.FLOOR * curve[0])


def _setting(settings: Settings, train: Rows, test: Rows, n: float, m: int, rng: np.random.Generator) -> Run:
    """Compare the chain of the true layer on real prompts with what each predictor says of it."""
    steps, samples = settings["steps"], settings["prompts"]
    own, gaussian = learner(train, n), np.linalg.inv(theory.gamma(train.cov, n))
    x = test.draw(m, samples=samples, rng=rng)
    errors = _errors(own, x, steps)
    curve = np.median(errors, axis=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # chains that diverge, and what the recursion doubts
        predicted = {
            "always think": np.linspace(2, 1, steps + 1),
            "one step": np.concatenate([[1.0, 0.0], np.ones(steps - 1)]),
            "endless": theory.cot_error_limit(gaussian, test.cov, steps),
            "recursion": theory.cot_error((gaussian + gaussian.T) / 2, test.cov, m, steps),
            "covariances": _simulated(gaussian, test.cov, m, settings, rng),
            "true layer": _simulated(own, test.cov, m, settings, rng),
        }
    least = _floored(curve).min()
    turned = np.array([turns(one) for one in errors])
    warned = theory.largest_stride(own, x) > 2
    return {
        "m": m,
        "turns": turns(curve),
        "best": int(curve.argmin()),
        "calls": {name: turns(one) for name, one in predicted.items()},
        "depths": {name: int(one.argmin()) for name, one in predicted.items()},
        "losses": {name: round(float(_floored(curve)[one.argmin()] / least), 4) for name, one in predicted.items()},
        "stride": round(float(np.median(theory.largest_stride(own, x).clip(max=1e6))), 4),
        "turned": int(turned.sum()),
        "missed": int((turned & ~warned).sum()),
        "false": int((~turned & warned).sum()),
    }


def _errors(P: Preconditioner, x: Float64[np.ndarray, "prompts m d"], steps: int) -> Numbers:
    """Errors on each prompt, averaged exactly over w."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", theory.DivergenceWarning)
        return theory.layer_error(P, np.eye(len(P)), x.swapaxes(1, 2) @ x / x.shape[1], steps)


def _median(P: Preconditioner, x: Float64[np.ndarray, "prompts m d"], steps: int) -> Numbers:
    return np.median(_errors(P, x, steps), axis=0)


def _simulated(
    P: Preconditioner, test_cov: Covariance, m: int, settings: Settings, rng: np.random.Generator
) -> Numbers:
    """Median over Gaussian prompts."""
    samples = settings["prompts"]
    return theory.simulate_cot_error(P, test_cov, m, settings["steps"], samples=samples, rng=rng).median


def _shares(train: Rows, test: Rows) -> Run:
    """Mix rows of the target into the training rows: least share that stops divergence on endless prompts.

    It is infinite where nothing diverges. `stretched` is the largest product of a share and a stride, over shares.
    """
    longest = {share: _radii(train, test, share) for share in plan.SHARES}
    stopped = [share for share, (_, radius) in longest.items() if radius <= 1 + ROUNDING]
    least = stopped[0] if stopped[0] else math.inf
    return {"least_share": least, "stretched": max(share * stride for share, (stride, _) in longest.items())}


def _radii(train: Rows, test: Rows, share: float) -> tuple[float, float]:
    """Longest stride, and spectral radius of the error map, with n = 10 d and this share of target rows."""
    cov = (1 - share) * train.cov + share * test.cov
    fourth: Matrix = (1 - share) * train.fourth_moments + share * test.fourth_moments
    P = np.linalg.inv(theory.gamma(cov, 10 * len(cov), fourth_moments=fourth))
    strides = theory.strides(P, test.cov)
    return float(np.abs(strides).max()), float(np.abs(1 - strides).max())
