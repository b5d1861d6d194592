"""What Python computes for every formula that the widgets have in JavaScript: `python -m tests.formula_vectors`.

Writes tests/cases/formulas.json, to which tests/widgets/test_formulas.py holds both languages. As in JavaScript,
eigenvalues stand for matrices, and null for infinity.
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import torch

from ttsbook import theory
from ttsbook.data import covariance, features, prompts, rows
from ttsbook.data.rows import Rows
from ttsbook.data.tasks import Mixture, Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.theory import finite, intervals, selection
from ttsbook.theory.fine_tuning import FineTuning
from ttsbook.thinking import cot, schedules, stopping

FILE = Path(__file__).with_name("cases") / "formulas.json"
SETTINGS = 12
FLOOR = 1e-12  # all that is computed is of size 1: what is smaller by so much is stored as 0 and compared as a bound
DIGITS = {"bestScalingLimit": 7, "tailsCriticalLength": 7, "eigvals": 8, "rowsStrides": 8, "rowsPreconditioner": 9}
"""12 of all others; a search finds where an error is least, or where it stops to fall, to about half of them, and
rounding in a matrix moves its eigenvalues."""
OTHER_NAMES = {
    "mixturePreconditioner": "preconditioner",
    "noisyPreconditioner": "preconditioner",
    "tailsPreconditioner": "preconditioner",
    "tailsCriticalLength": "critical_train_length",
    "mixtureError": "MixtureError",
    "meanError": "think",
    "poolMoments": "Rows",
    "rowsPreconditioner": "gamma",
    "rowsStrides": "strides",
    "fineTunedError": "FineTuning",
    "criticalCount": "FineTuning",
    "meanPreconditioner": "FineTuning",
}
"""Namesakes in Python of the formulas whose name is not the same in snake case."""


class Told(features.Features):
    """Features of which only these two numbers are known."""

    def __init__(self, kurtosis, stretch):
        self.told = kurtosis, stretch

    @property
    def kurtosis(self):
        return self.told[0]

    def stretch(self, dim):
        return self.told[1]


def seen(P, S, moment=None, length=9, noise=0.0):
    """A prompt of as many examples as skills that stands for one with this S and X y/m."""
    root = np.linalg.cholesky(S).T * np.sqrt(length)
    y = np.linalg.solve(root.T, length * np.array(S[0] if moment is None else moment))
    x, y, lengths = torch.as_tensor(root)[None], torch.as_tensor(y)[None], torch.tensor([length])
    return schedules.Seen(np.diag(P), x, y, lengths, 1, torch.tensor([noise]).double())


def constant(factor, steps):
    """A schedule for one prompt."""
    return torch.full((1, steps), factor, dtype=torch.float64)


def residual_change(S, moment, answers):
    """Mean square of the residual after each step, less that of no answer."""
    return np.einsum("ki,ij,kj->k", answers, S, answers) - 2 * answers @ moment


def step_lengths(answers):
    """Lengths of the steps of a chain."""
    return np.linalg.norm(np.diff(answers, axis=0), axis=1)


def grid(parts):
    """Mixtures of three tasks whose weights are multiples of 1/parts; only a widget draws them."""
    steps = range(parts + 1)
    return [[i / parts, j / parts, (parts - i - j) / parts] for i in steps for j in steps if i + j <= parts]


def grid_key(weights, parts):
    """Number of a mixture of that grid."""
    return 1000 * round(weights[0] * parts) + round(weights[1] * parts)


def tasks_of(rows, lengths):
    return [Task(np.diag(row), n) for row, n in zip(rows, lengths, strict=True)]


def layer(V, W):
    model = LinearSelfAttention(1, dtype=torch.float64)
    with torch.no_grad():
        model.V.copy_(torch.tensor(V, dtype=torch.float64).reshape(4, 4))
        model.W.copy_(torch.tensor(W, dtype=torch.float64).reshape(4, 4))
    return model


def prompt(x, w):
    x = torch.tensor(x, dtype=torch.float64)[None, :, None]
    return prompts.Prompts(x, w * x[..., 0], torch.tensor([[w]], dtype=torch.float64), torch.tensor([x.shape[1]]))


def thoughts(think, V, W, x, w, steps):
    return think(layer(V, W), prompt(x, w), steps, literal=True)[0, :, 0].detach().numpy()


def mean_error(think, V, W, xs, ws, steps):
    with np.errstate(over="ignore"):
        return np.mean([(thoughts(think, V, W, x, w, steps) - w) ** 2 for x, w in zip(xs, ws, strict=True)], axis=0)


def pairs(values):
    """Complex numbers as pairs, in one order whichever conjugate is found first."""
    values = np.asarray(values, dtype=complex)
    return [[one.real, one.imag] for one in sorted(values, key=lambda one: (round(one.real, 9), one.imag))]


def radius(values):
    """How far the farthest of some strides is from 1; the package computes it where it is needed."""
    return max(math.hypot(1 - re, im) for re, im in values)


def pool(make, x):
    found = make(x)
    return {"cov": found.cov, "fourthMoments": found.fourth_moments, "stretch": found.stretch}


def scaled(standardize, train, test, columns):
    return [found.x for found in standardize(Rows(train, columns), Rows(test, columns), center="own")]


def tuned(make, P, s, n, rate):
    return make(np.diag(P), Task(np.diag(s), n), rate)


def domains(read, text, column):
    found = read(text.splitlines(), column)
    columns = next(iter(found.values())).columns
    return {"columns": columns, "domains": {name: part.x for name, part in found.items()}}


FORMULAS = {
    "powerLaw": (covariance.power_law, lambda f, dim, exponent: np.diag(f(dim, exponent))),
    "hardness": (covariance.hardness, lambda f, s: f(np.diag(s))),
    "gamma": (theory.gamma, lambda f, s, n: np.diag(f(np.diag(s), n or math.inf))),
    "preconditioner": (theory.preconditioner, lambda f, s, n: np.diag(f(Task(np.diag(s), n)))),
    "directErrorBySkill": (theory.direct_error_by_skill, lambda f, P, t, m: f(np.diag(P), np.diag(t), m)),
    "directError": (theory.direct_error, lambda f, P, t, m: f(np.diag(P), np.diag(t), m)),
    "skillCosts": (theory.skill_costs, lambda f, s: f(np.diag(s))),
    "directErrorBound": (theory.direct_error_bound, lambda f, s, n, m, options: f(np.diag(s), n, m, **options)),
    "scalingLawBound": (theory.scaling_law_bound, lambda f, s, n, steps: f(np.diag(s), n, steps)),
    "cotErrorLimit": (theory.cot_error_limit, lambda f, P, t, steps: f(np.diag(P), np.diag(t), steps)),
    "trainLengthFor": (
        theory.train_length_for,
        lambda f, s, left, steps, options: f(np.diag(s), left, steps, **options),
    ),
    "criticalTrainLength": (theory.critical_train_length, lambda f, s, t: f(np.diag(s), np.diag(t))),
    "bestDepth": (theory.best_depth, lambda f, P, t: f(np.diag(P), np.diag(t))._asdict()),
    "bestScalingLimit": (theory.best_scaling_limit, lambda f, P, t, steps: f(np.diag(P), np.diag(t), steps)),
    "spectralEdges": (theory.spectral_edges, lambda f, P, t, m: f(np.diag(P), np.diag(t), m)),
    "cotError": (theory.cot_error, lambda f, P, t, m, steps: f(np.diag(P), np.diag(t), m, steps)),
    "meanAnswers": (
        finite.mean_answers,
        lambda f, P, t, m, steps: [np.diag(one) for one in f(np.diag(P), np.diag(t), m, steps)],
    ),
    "mixturePreconditioner": (
        theory.preconditioner,
        lambda f, rows, lengths, weights: np.diag(f(Mixture(tasks_of(rows, lengths), weights))),
    ),
    "mixtureError": (
        selection.MixtureError,
        lambda f, rows, lengths, t, steps, weights: f(tasks_of(rows, lengths), np.diag(t), steps).error(weights),
    ),
    "quadraticProgram": (
        selection.quadratic_program,
        lambda f, rows, t: vars(f([np.diag(row) for row in rows], np.diag(t))),
    ),
    "grid": (grid, lambda f, parts: f(parts)),
    "gridKey": (grid_key, lambda f, weights, parts: f(weights, parts)),
    "optimalMixture": (  # where it is least, an error is flat: the weights have half of its digits
        selection.optimal_mixture,
        lambda f, rows, lengths, t, steps: {"error": f(tasks_of(rows, lengths), np.diag(t), steps).error},
    ),
    "quantile": (intervals.quantile, lambda f, looks, confidence: f(looks, confidence)),
    "shareInterval": (intervals.share_interval, lambda f, count, samples, confidence: f(count, samples, confidence)),
    "noisyPreconditioner": (
        theory.preconditioner,
        lambda f, s, n, noise: np.diag(f(Task(np.diag(s), n, noise_variance=noise))),
    ),
    "strides": (theory.strides, lambda f, P, S: f(np.diag(P), S)),
    "noisyError": (
        theory.noisy_error,
        lambda f, P, S, m, steps, noise: f(np.diag(P), S, m, steps, noise_variance=noise),
    ),
    "voteError": (theory.vote_error, lambda f, P, S, m, steps, noise: f(np.diag(P), S, m, steps, noise_variance=noise)),
    "bayesError": (theory.bayes_error, lambda f, S, m, noise: f(S, m, noise_variance=noise)),
    "fourthMoments": (
        features.fourth_moments,
        lambda f, s, kurtosis, stretch: np.diag(f(np.diag(s), Told(kurtosis, stretch))),
    ),
    "tailsPreconditioner": (
        theory.preconditioner,
        lambda f, s, n, K: np.diag(f(Task(np.diag(s), n), fourth_moments=np.diag(K))),
    ),
    "tailsCriticalLength": (
        theory.critical_train_length,
        lambda f, s, t, K: f(np.diag(s), np.diag(t), fourth_moments=np.diag(K)),
    ),
    "think": (cot.think, thoughts),
    "meanError": (cot.think, mean_error),
    "eigvals": (np.linalg.eigvals, lambda f, A: pairs(f(np.array(A)))),
    "poolMoments": (Rows, pool),
    "rowsPreconditioner": (
        theory.gamma,
        lambda f, cov, fourth, n: np.linalg.inv(f(cov, n, fourth_moments=fourth)),
    ),
    "rowsStrides": (theory.strides, lambda f, P, t: pairs(f(P, t))),
    "radius": (radius, lambda f, strides: f(strides)),
    "meanPreconditioner": (
        FineTuning,
        lambda f, P, s, n, rate, count: np.diag(tuned(f, P, s, n, rate).mean_preconditioner(count)),
    ),
    "fineTunedError": (
        FineTuning,
        lambda f, P, s, n, rate, count, t, m: tuned(f, P, s, n, rate).direct_error(count, np.diag(t), m),
    ),
    "criticalCount": (
        FineTuning,
        lambda f, P, s, n, rate, t: tuned(f, P, s, n, rate).critical_count(np.diag(t)),
    ),
    "readDomains": (rows.read_domains, domains),
    "standardize": (rows.standardize, scaled),
    "safe": (schedules.safe, lambda f, P, S: f(seen(P, S))[0, 0].item()),
    "chain": (
        schedules.chain,
        lambda f, P, S, moment, factor, steps: f(seen(P, S, moment), constant(factor, steps))[0].numpy(),
    ),
    "residualChange": (residual_change, lambda f, S, moment, answers: f(*map(np.array, (S, moment, answers)))),
    "residualRises": (
        stopping.residual_rises,
        lambda f, P, S, moment, factor, steps: f(seen(P, S, moment), constant(factor, steps)).item(),
    ),
    "stepLengths": (step_lengths, lambda f, answers: f(answers)),
    "stepsGrow": (
        stopping.steps_grow,
        lambda f, P, S, moment, factor, steps: f(seen(P, S, moment), constant(factor, steps)).item(),
    ),
    "leastExpected": (
        stopping.least_expected,
        lambda f, P, S, m, factor, steps, noise: f(seen(P, S, length=m, noise=noise), constant(factor, steps)).item(),
    ),
}
"""By the name in JavaScript: the namesake, and how it is called with the same arguments."""


def computed(name, calls):
    """Return what Python computes, for the arguments of a formula and of the functions that it returns.

    Parameters
    ----------
    name : str
        Name in JavaScript.
    calls : list of list
        Arguments of each call.

    Returns
    -------
    object
        As JSON has it: null for infinity.
    """
    namesake, call = FORMULAS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", theory.ValidityWarning)
        warnings.simplefilter("ignore", theory.DivergenceWarning)
        return plain(call(namesake, *(argument for arguments in calls for argument in arguments)))


def plain(value):
    """Turn arrays into lists, and infinity into null."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(one) for one in value]
    if not isinstance(value, float):
        return value
    return None if value == math.inf else float(value)


def shortened(value, digits):
    """Round numbers to so many digits, and to 0 what rounding decides."""
    if isinstance(value, dict):
        return {key: shortened(one, digits) for key, one in value.items()}
    if isinstance(value, list):
        return [shortened(one, digits) for one in value]
    if not isinstance(value, float):
        return value
    return 0.0 if abs(value) < FLOOR else float(f"{value:.{digits}g}")


def arguments(rng):
    """Draw the calls of every formula once: pairs of its name and a list of arguments for each call."""
    dim, steps, n = (int(rng.integers(1, most)) for most in (21, 10, 500))
    m = None if rng.random() < 0.2 else int(rng.integers(1, 500))
    left, (exponent, flat) = rng.uniform(0.001, 0.9), rng.uniform(0, [2, 1])
    s, t = (np.arange(1.0, dim + 1) ** -one for one in (exponent, flat))
    P = 1 / ((1 + 1 / n) * s + s.sum() / n)
    rows, target = 0.05 + rng.uniform(0, 1.5, (3, 12)), 0.2 + rng.uniform(0, 1.2, 12)
    lengths, weights = rng.integers(5, 300, 3).tolist(), rng.multinomial(1000, rng.dirichlet(np.ones(3))) / 1000
    V, W = rng.normal(0, 0.4, (2, 16))
    xs, ws = rng.standard_normal((3, int(rng.integers(1, 30)))), rng.standard_normal(3)
    flag = bool(rng.integers(2))
    Q, examples = rng.uniform(0.1, 1.2, 6), rng.standard_normal((3, 9, 6)) * rng.uniform(0.5, 1.5, 6)
    S = examples.swapaxes(1, 2) @ examples / 9
    few, noise = examples[0, :4].T @ examples[0, :4] / 4, rng.uniform(0, 5)
    K = s * (2 * s + s.sum()) * rng.uniform(0.8, 3)
    count = int(rng.integers(0, 40))
    yield "powerLaw", [dim, exponent]
    yield "hardness", [s]
    yield "gamma", [s, m]
    yield "preconditioner", [s, n]
    yield "directErrorBySkill", [P, t, m]
    yield "directError", [P, t, m]
    yield "skillCosts", [s]
    yield "directErrorBound", [s, n, m, {"sharp": flag}]
    yield "scalingLawBound", [s, n, steps]
    yield "cotErrorLimit", [P, t, steps]
    yield "trainLengthFor", [s, left, steps, {"bound": flag}]
    yield "criticalTrainLength", [s, t]
    yield "bestDepth", [P, t]
    yield "bestScalingLimit", [P, t, steps]
    yield "spectralEdges", [P, t, m]
    yield "cotError", [P, t, m, steps]
    yield "meanAnswers", [P, t, m, steps]
    yield "mixturePreconditioner", [rows, lengths, weights]
    yield "mixtureError", [rows, lengths, target, steps], [weights]
    yield "quadraticProgram", [rows, target]
    yield "grid", [1 + steps % 3]
    yield "gridKey", [[steps / 16, (16 - steps) / 32, (16 - steps) / 32], 32]
    yield "optimalMixture", [rows, lengths, target, steps]
    yield "quantile", [count + 1, 0.9 + 0.0024 * count]
    yield "shareInterval", [count, 40 + count, 0.99]
    yield "noisyPreconditioner", [s, n, noise]
    yield "strides", [Q, S[0]]
    yield "noisyError", [Q, S[0], 9, [0, 1, 2, 7, 100], noise]
    yield "noisyError", [Q, few, 4, [0, 1, 5], noise]
    yield "voteError", [Q, S, 9, [0, 1, 2, 7, 30], noise]
    yield "bayesError", [S[1], 9, noise]
    moment, factor = examples[2, 0], 0.5 + exponent
    yield "safe", [Q, S[0]]
    yield "chain", [Q, S[0], moment, factor, steps]
    yield "residualChange", [S[0], moment, examples[1]]
    yield "residualRises", [Q, S[0], moment, factor, steps]
    yield "stepLengths", [examples[1]]
    yield "stepsGrow", [Q, S[0], moment, factor, steps + 1]
    yield "leastExpected", [Q, S[0], 9, factor, steps, noise]
    yield "fourthMoments", [s, 1 + 3 * left, 1 + exponent]
    yield "tailsPreconditioner", [s, n, K]
    yield "tailsCriticalLength", [s / s.sum(), t, (s / s.sum()) ** 2 * (3 + dim)]
    yield "think", [V, W, xs[0], ws[0], 5]
    yield "meanError", [V, W, xs, ws, 5]


def row_arguments(rng):
    """Draw the calls of every formula for rows of tables once."""
    dim, count = int(rng.integers(1, 7)), int(rng.integers(8, 20))
    train, test = (rng.exponential(size=(count, dim)) for _ in range(2))
    one, two = Rows(train), Rows(test)
    columns = [f"c{index}" for index in range(dim)]
    P = np.linalg.inv(theory.gamma(one.cov, 5, fourth_moments=one.fourth_moments))
    lines = [",".join([*(f"{value:.4g}" for value in row), "ab"[index % 2]]) for index, row in enumerate(train)]
    yield "eigvals", [rng.standard_normal((dim, dim))]
    yield "poolMoments", [train]
    yield "rowsPreconditioner", [one.cov, one.fourth_moments, 1 + int(rng.integers(100))]
    yield "rowsStrides", [P, two.cov]
    yield "radius", [rng.normal(1, 1, (dim, 2))]
    yield "readDomains", ["\n".join([",".join([*columns, "domain"]), *lines]), "domain"]
    yield "standardize", [train, test, columns]


def tuned_arguments(rng):
    """Draw the calls of every formula for fine-tuning once."""
    dim, n, m = int(rng.integers(3, 9)), int(rng.integers(5, 40)), int(rng.integers(5, 40))
    P, s, t = 0.2 + rng.uniform(0, 0.7, dim), 0.1 + rng.uniform(0, 1, dim), 0.2 + rng.uniform(0, 1, dim)
    s[-1] *= rng.random() < 0.5
    rate, rank = 0.2 + rng.uniform(0, 0.6), int((s > 0).sum())
    for count in (1, rank - 1, rank + 2 + int(rng.integers(20))):
        yield "meanPreconditioner", [P, s, n, rate, count]
        yield "fineTunedError", [P, s, n, rate, count, t, m]
    yield "criticalCount", [P, s, n, rate, t]


LARGE = [9.0, -2.0, 3.0, 5.0, -4.0, 7.0, -6.0, 1.0, 2.0, 8.0, -5.0, 3.0, 6.0, -1.0, 4.0, -7.0]
EDGES = [
    ("criticalTrainLength", [[1.0, 0.5], [1.0, 0.5]]),  # never too long
    ("bestDepth", [[0.9, 1.8], [1.0, 0.5]]),  # the error falls forever
    ("bestDepth", [[2.5, 1.0], [1.0, 1.0]]),  # and from the first step on never
    ("spectralEdges", [[1.0, 0.5, 0.25], [1.0, 1.0, 1.0], 3]),  # no more examples than skills
    ("quadraticProgram", [[[1.5, 0.2], [0.2, 1.4], [1.0, 0.7]], [1.0, 1.0]]),  # a mixture of all tasks or of two
    ("bestScalingLimit", [[0.0, 0.0], [1.0, 1.0], 2]),  # no step helps
    ("noisyError", [[1.0, 1.0], [[3.5, 0.5], [0.5, 1.5]], 5, [1, 2000], 1.0]),  # the second too
    ("tailsCriticalLength", [[1.0, 0.5], [1.0, 0.5], [4.0, 2.0]]),  # never too long
    ("meanError", [LARGE, LARGE[::-1], [[1.0, 2.0]], [1.0], 8]),  # beyond the largest number
    ("eigvals", [[[0.0, 1.0], [-1.0, 0.0]]]),  # a turn
    ("eigvals", [np.roll(np.eye(4), 1, axis=0)]),  # all of one size
    ("eigvals", [np.zeros((3, 3))]),
    ("fineTunedError", [[1.0, 1.0], [1.0, 0.5], 5, 1.0, 2, [1.0, 1.0], None]),  # at the peak
    ("criticalCount", [[1.0, 2.0], [1.0, 0.0], 5, 1.0, [1.0, 1.5]]),  # never enough
    ("readDomains", ['a, "b, c",domain\n1,2,x\n\n3e0,-.5,y\n', "domain"]),  # quotes, blanks and a blank line
]


def vectors():
    """Arguments and values of every formula, by its name in JavaScript.

    Returns
    -------
    dict of str to list of dict
    """
    rng = np.random.default_rng(0)
    drawn = [vector for _ in range(SETTINGS) for vector in arguments(rng)]
    tables = np.random.default_rng(1)
    drawn += [vector for _ in range(SETTINGS) for vector in row_arguments(tables)]
    tuning = np.random.default_rng(2)
    drawn += [vector for _ in range(SETTINGS) for vector in tuned_arguments(tuning)]
    found = {name: [] for name in FORMULAS}
    for name, *calls in drawn + EDGES:
        short = shortened(plain(calls), 4)
        found[name].append({"calls": short, "value": shortened(computed(name, short), DIGITS.get(name, 12))})
    return found


def main():
    """Write the file, a line for each vector."""
    lines = [
        f'"{name}": [\n' + ",\n".join(json.dumps(vector) for vector in rows) + "\n]" for name, rows in vectors().items()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
