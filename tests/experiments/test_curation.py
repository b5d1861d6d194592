"""The pools and mixtures of the experiment `curation`, and what is made of its results."""

import numpy as np
import pytest
from scipy.stats import t, ttest_1samp

from monograph.experiments import results
from monograph.experiments.curation import plan
from monograph.experiments.curation import read as findings
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Mixture, Task, mix
from ttsbook.theory import selection

TINY = plan.PRESETS["tiny"]
SMALL = TINY | {"dim": 10, "each": 2, "target_prompts": [10**5]}


def drawn(reading, seed=0, settings=SMALL):
    return plan.draw_pool(settings, reading, np.random.default_rng(seed))


@pytest.mark.parametrize("reading", findings.READINGS)
def test_a_pool_has_two_tasks_of_each_kind_in_random_directions(reading):
    tasks = drawn(reading)
    assert len(tasks) == 8
    for task, exponent in zip(tasks, [0.2, 0.2, 0.8, 0.8] * 2, strict=True):
        strengths = np.linalg.eigvalsh(task.cov)[::-1]
        assert strengths.sum() == pytest.approx(10)
        assert strengths[1] / strengths[0] == pytest.approx(2.0**-exponent)
        assert np.abs(task.cov - np.diag(np.diag(task.cov))).max() > 0.05
    if reading == "skills":
        assert [np.linalg.matrix_rank(task.cov) for task in tasks] == [2] * 4 + [10] * 4
    else:
        assert [task.prompt_length for task in tasks] == [10] * 4 + [50] * 4


def test_pools_differ_and_are_drawn_again_the_same():
    once, again = drawn("length"), drawn("length")
    assert all((one.cov == other.cov).all() for one, other in zip(once, again, strict=True))
    assert np.abs(once[0].cov - once[1].cov).max() > 0.1
    assert np.abs(once[0].cov - drawn("length", 1)[0].cov).max() > 0.1
    tasks, target = plan.pool_of(SMALL, "length", 3)
    other = plan.draw_pool(SMALL, "length", np.random.default_rng([3, len("length")]))
    assert all((one.cov == another.cov).all() for one, another in zip(tasks, other, strict=True))
    assert np.allclose(np.diag(target), covariance.power_law(10, 0.8, trace=10).diagonal())


@pytest.fixture(scope="module")
def chosen():
    tasks, target = plan.pool_of(SMALL, "skills", 0)
    return tasks, target, plan.choose(SMALL, tasks, target, np.random.default_rng(0))


def test_mixtures_are_what_their_names_say(chosen):
    tasks, target, mixtures = chosen
    assert tuple(mixtures)[:6] == plan.TRAINED
    for weights in mixtures.values():
        assert weights.sum() == pytest.approx(1) and weights.min() >= 0
    assert mixtures["uniform"].tolist() == [1 / 8] * 8
    assert mixtures["easy only"].tolist() == [0.25, 0.25, 0, 0] * 2
    assert mixtures["hard only"].tolist() == [0, 0, 0.25, 0.25] * 2
    inverse = np.linalg.inv(target)
    far = [np.linalg.norm(np.eye(10) - inverse @ task.cov) for task in tasks]
    assert mixtures["most relevant"].argmax() == 4 + np.argmin(far[4:])  # the first four use two skills of ten
    assert mixtures["most relevant"].max() == 1


def test_the_selected_mixtures_are_best_by_their_own_measure(chosen):
    tasks, target, mixtures = chosen

    def program(weights):
        mean = sum(weight * task.cov for weight, task in zip(weights, tasks, strict=True))
        return np.linalg.norm(np.eye(10) - np.linalg.solve(target, mean)) ** 2

    def error(weights):
        return theory.cot_error_limit(theory.preconditioner(mix(tasks, weights)), target, 3)[3]

    others = [np.random.default_rng(seed).dirichlet(np.ones(8)) for seed in range(50)] + list(mixtures.values())
    assert program(mixtures["paper"]) <= min(map(program, others)) * (1 + 1e-4)
    assert error(mixtures["exact"]) <= min(map(error, others)) * (1 + 1e-4)
    assert min(mixtures["paper"].min(), mixtures["exact"].min()) >= 0.99 * selection.FLOOR


def test_many_target_prompts_choose_like_the_target_itself(chosen):
    *_, mixtures = chosen
    assert mixtures["paper, 100000 prompts"] == pytest.approx(mixtures["paper"], abs=0.01)
    assert mixtures["exact, 100000 prompts"] == pytest.approx(mixtures["exact"], abs=0.05)


def test_errors_are_geometric_means_over_seeds():
    run = {"reading": "skills", "exact": {"uniform": {"endless": [1.0, 0.5]}}}
    run["trained"] = {"uniform": [{"endless": [1.0, 0.1]}, {"endless": [1.0, 0.9]}]}
    found = results.Results({}, {}, 0.0, [run])
    assert findings.errors(found, "uniform", reading="skills").tolist() == [[1.0, pytest.approx(0.3)]]
    assert findings.errors(found, "uniform", reading="skills", source="exact").tolist() == [[1.0, 0.5]]


def test_a_comparison_is_paired():
    rng = np.random.default_rng(0)
    even = 10.0 ** rng.uniform(-6, 0, 13)
    logs = rng.normal(0.2, 0.5, 13)
    runs = [
        {"reading": "length", "exact": {"uniform": {"mean": [1, e]}, "paper": {"mean": [1, e * np.exp(log)]}}}
        for e, log in zip(even, logs, strict=True)
    ]
    found = results.Results({}, {}, 0.0, runs)
    one = findings.compare(found, "paper", 1, reading="length", source="exact", statistic="mean")
    interval = ttest_1samp(logs, 0).confidence_interval(0.95)
    assert np.log([one.geometric_mean, one.low, one.high]) == pytest.approx([logs.mean(), interval.low, interval.high])
    assert one.median == pytest.approx(np.exp(np.median(logs)))
    assert one.better == (logs < 0).mean() and one.better_low < one.better < one.better_high
    ratio = abs(logs.mean()) / (logs.std(ddof=1) / np.sqrt(13))
    assert one.p_value == pytest.approx(2 * t.sf(ratio, 12))


@pytest.mark.parametrize("level", [0.01, 0.05, 0.3])
def test_holm_rejects_what_its_stepwise_procedure_rejects(level):
    rng = np.random.default_rng(3)
    for count in (1, 2, 20):
        p_values = rng.uniform(0, 1, count) ** 4
        rejected = np.zeros(count, dtype=bool)
        for step, index in enumerate(p_values.argsort()):
            if p_values[index] > level / (count - step):
                break
            rejected[index] = True
        assert np.array_equal(findings.holm(p_values) <= level, rejected)


def test_coverage_and_caution_are_those_of_the_moments():
    tasks = drawn("skills", 1)
    weights = np.random.default_rng(2).dirichlet(np.ones(8))
    A, B = theory.moments(Mixture(tasks, weights))
    measured = findings.qualities(tasks, np.eye(10), weights)
    assert measured[0] == pytest.approx(np.linalg.eigvalsh(A)[0])
    assert measured[3] == pytest.approx(np.trace(B) / np.square(A).sum())


@pytest.mark.parametrize("scaled", [False, True])
def test_rank_correlations_are_those_of_random_mixtures(monkeypatch, scaled):
    """Another route: the ranks' own correlation, errors by powers of the step, the scaling by a grid."""
    monkeypatch.setattr(findings, "RANDOM", 6)
    found = results.load("curation", "tiny")
    run = found.select(reading="skills")[0]
    tasks, target = findings.pool(found, run)
    drawn = np.random.default_rng([run["pool"], len("skills"), 6]).dirichlet(np.ones(len(tasks)), 6)
    errors = []
    for weights in drawn:
        step = theory.preconditioner(mix(tasks, weights)) @ target
        scales = np.linspace(0.2, 20, 20_000) if scaled else [1.0]
        powers = np.linalg.matrix_power(np.eye(len(step)) - np.divide.outer(step, scales).transpose(2, 0, 1), 5)
        errors.append(np.square(powers).sum(axis=(1, 2)).min())
    hard = drawn.reshape(6, 4, -1)[:, [1, 3]].sum(axis=(1, 2))
    ranks = [np.argsort(np.argsort(values)) for values in (hard, errors)]
    expected = np.corrcoef(*ranks)[0, 1]
    assert findings.rank_correlations(found, "skills", scaled=scaled)[0, 2] == pytest.approx(expected)


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("reading", findings.READINGS)
def test_aligned_tasks_have_the_targets_skills_and_their_own_strengths(monkeypatch, reading, scaled):
    """Another route: covariances, preconditioners, and the scaling that the package finds."""
    monkeypatch.setattr(findings, "RANDOM", 6)
    found = results.load("curation", "tiny")
    run = found.select(reading=reading)[0]
    tasks, _ = findings.pool(found, run)
    target = covariance.power_law(5, 0.5, trace=5)
    aligned = [Task(np.diag(np.linalg.eigvalsh(task.cov)[::-1].clip(min=0)), task.prompt_length) for task in tasks]
    drawn = np.random.default_rng([run["pool"], len(reading), 6]).dirichlet(np.ones(len(tasks)), 6)
    errors = []
    for weights in drawn:
        P = theory.preconditioner(mix(aligned, weights))
        c = theory.best_scaling_limit(P, target, 5) if scaled else 1.0
        errors.append(theory.cot_error_limit(P / c, target, 5)[5])
    hard = drawn.reshape(6, 4, -1)[:, [1, 3]].sum(axis=(1, 2))
    expected = np.corrcoef(*(np.argsort(np.argsort(values)) for values in (hard, errors)))[0, 1]
    measured = findings.aligned_correlations(found, reading, exponent=0.5)
    assert measured[0, int(scaled)] == pytest.approx(expected)


def test_the_least_error_over_scalings_is_that_of_the_package():
    strides = np.random.default_rng(0).uniform(0.05, 4, (20, 6))
    least = []
    for row in strides:
        c = theory.best_scaling_limit(np.diag(row), np.eye(6), 5)
        least.append(theory.cot_error_limit(np.diag(row) / c, np.eye(6), 5)[5])
    assert findings._least_after_five(strides) == pytest.approx(np.array(least), rel=1e-9)


def test_random_orders_keep_the_strengths_of_each_task():
    found = results.load("curation", "tiny")
    run = found.select(reading="skills")[0]
    tasks, _ = findings.pool(found, run)
    ordered, mixed = (findings._spectra(run, tasks, shuffled=flag) for flag in (False, True))
    assert (np.diff(ordered, axis=1) <= 0).all() and not np.array_equal(ordered, mixed)
    assert np.array_equal(np.sort(mixed, axis=1), ordered[:, ::-1])


def test_each_mixture_is_compared_after_its_own_best_number_of_steps():
    curves = [
        {"uniform": [1.0, 0.5, 0.2], "paper": [1.0, 0.6, 3.0]},
        {"uniform": [1.0, 0.1, 9.0], "paper": [1.0, 7, 8]},
    ]
    runs = [{"reading": "length", "exact": {name: {"endless": one} for name, one in pool.items()}} for pool in curves]
    one = findings.compare_at_best(results.Results({}, {}, 0.0, runs), "paper", reading="length", source="exact")
    assert one.factors.tolist() == [pytest.approx(3), pytest.approx(10)]


def test_the_stored_weights_are_those_of_the_pools():
    found = results.load("curation", "tiny")
    for run in found.runs:
        tasks, target = findings.pool(found, run)
        stored = np.array(run["weights"]["paper"])
        weights = selection.quadratic_program([task.cov for task in tasks], target).weights
        assert stored == pytest.approx(weights, abs=1e-4)


BAD_CALLS = [
    ({"mixture": "best", "reading": "skills"}, "mixture must be one of 'uniform', .* got 'best'"),
    ({"mixture": "paper", "reading": "B"}, "reading must be one of 'skills', 'length', got 'B'"),
    ({"mixture": "paper", "reading": "skills", "source": "x"}, "source must be one of 'trained', 'exact', got 'x'"),
    ({"mixture": "paper", "reading": "skills", "statistic": "x"}, "statistic must be one of 'endless'"),
]


@pytest.mark.parametrize(("options", "message"), BAD_CALLS)
def test_unknown_names_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        findings.errors(results.load("curation", "tiny"), **options)
