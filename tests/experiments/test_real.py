import numpy as np
import pytest

from monograph.experiments import results
from monograph.experiments.real import answers, domains, labels, pairs, plan, read
from monograph.experiments.results import Results
from ttsbook import theory
from ttsbook.data import rows


def test_every_pool_and_pair_of_the_plan_is_there():
    assert len(set(plan.PAIRS)) == len(plan.PAIRS) >= 30
    for name in plan.POOLS:
        assert len(domains.pool(name)) >= 40
    for name in plan.PAIRS:
        train, test = domains.pair(name, "train")
        assert train.columns == test.columns and np.allclose(train.x.mean(axis=0), 0)
        assert np.trace(train.cov) == pytest.approx(len(train.columns))
        assert np.trace(test.cov) == pytest.approx(len(train.columns))


def test_domains_of_one_split_share_no_row_and_miss_none():
    iris = [domains.pool(f"iris: {name}") for name in plan.FAMILIES["iris"]]
    assert sum(map(len, iris)) == 150
    for one, other in (("0–4", "5–9"), ("even", "odd")):
        both = [domains.pool(f"digit blocks: {name}") for name in (one, other)]
        assert sum(map(len, both)) == 1797


@pytest.mark.parametrize(("name", "n"), plan.LAYERS)
def test_stored_distances_are_those_of_the_stored_layers(name, n):
    """Against least squares over prompts that are drawn, not against the formula."""
    pool = domains.pool(name)
    pool = rows.standardize(pool, pool)[0]
    x = pool.draw(n, samples=100_000, rng=np.random.default_rng(0))
    S = x.swapaxes(1, 2) @ x / n
    mean, square = S.mean(axis=0), (S @ S).mean(axis=0)
    best = mean @ np.linalg.inv(square)
    found = results.load("real")
    stored = found.select(part="layer", name=name)
    assert len(stored) == 5
    for run, distance in zip(stored, read.distances(found, name).to_own, strict=True):
        assert np.linalg.norm(run["P"] - best) / np.linalg.norm(best) == pytest.approx(distance, abs=0.03)


def test_errors_of_pairs_are_those_of_chains_that_are_run():
    """Over all w, by running the chain from each unit vector."""
    train, test = domains.pair("iris: setosa → virginica", "own")
    P = pairs.learner(train, 8)
    x = test.draw(20, samples=1, rng=np.random.default_rng(0))
    S, errors = x[0].T @ x[0] / 20, np.zeros(6)
    for w in np.eye(4):
        answer = np.zeros(4)
        for k in range(6):
            errors[k] += np.square(answer - w).sum()
            answer = answer + P @ S @ (w - answer)
    assert pairs._errors(P, x, 5)[0] == pytest.approx(errors)


@pytest.mark.parametrize(
    ("curve", "turned"),
    [
        ([1.0, 0.5, 0.52], False),
        ([1.0, 0.5, 0.53], True),
        ([1.0, 1e-9, 1e-4], False),  # both count as a thousandth
        ([1.0, 2.0, np.inf], True),
    ],
)
def test_a_curve_turns_if_it_ends_five_percent_above_its_least(curve, turned):
    assert pairs.turns(np.array(curve)) is turned


def test_the_interval_is_that_of_groups():
    """Settings that agree inside a group count once: the interval is that of a mean over groups."""
    rng = np.random.default_rng(1)
    outcome = rng.random(100) < 0.7
    part = read.share([[{"yes": bool(one)}] * 5 for one in outcome], lambda setting: setting["yes"])
    half = 1.96 * outcome.std() / 10
    assert part.value == pytest.approx(outcome.mean()) and (part.settings, part.groups) == (500, 100)
    assert part.high - part.low == pytest.approx(2 * half, rel=0.1)


def test_where_all_groups_agree_the_interval_is_that_of_wilson_for_groups():
    """The end is the share of groups from which all of them are 1.96 standard deviations away."""
    always, never = (read.share([[{}] * 4] * 14, lambda _, held=held: held) for held in (True, False))
    assert (1 - always.low) / np.sqrt(always.low * (1 - always.low) / 14) == pytest.approx(1.96, rel=1e-4)
    assert always[:3] == (1, pytest.approx(1 - never.high), 1) and (never.value, never.low) == (0, 0)


def test_a_gain_is_of_settings_that_only_one_predictor_tells():
    one, other, both = ({"turns": True, "calls": {"a": a, "b": b}} for a, b in ((1, 0), (0, 1), (1, 1)))
    groups = [[one, one, both], [other, both, both]] * 50
    mended, spoiled, (low, high) = read.gain(groups, "a", "b")
    assert (mended, spoiled) == (100, 50)
    half = 1.96 * np.std([2 / 3, -1 / 3]) / 10  # a mean over 100 groups
    assert (low, high) == pytest.approx((1 / 6 - half, 1 / 6 + half), abs=0.03)


def test_the_warning_is_counted_over_prompts_by_pair():
    def pair(name, condition, *settings):
        named = [dict(zip(("turned", "missed", "false"), one, strict=True)) for one in settings]
        return {"part": "pair", "name": name, "condition": condition, "settings": named}

    runs = [pair("a", 10.0, (4, 1, 2), (10, 0, 0)), pair("a", 20.0, (0, 0, 1)), pair("b", 1e4, (5, 5, 5))]
    found = Results({"prompts": 10}, {}, 0.0, runs)
    assert [(one.value, one.settings, one.groups) for one in read.warnings(found)] == [
        (13 / 14, 14, 1),
        (13 / 16, 16, 1),
    ]
    assert [one.value for one in read.warnings(found, mixed=True)] == [3 / 4, 4 / 6]
    assert [one.value for one in read.warnings(found, condition=np.inf)] == [13 / 19, 13 / 21]


def test_settings_are_grouped_by_what_their_pairs_have_in_common():
    found = results.load("real")
    sets = {read.data_set(run) for run in found.select(part="pair")}
    assert sets == {"iris", "wine", "cancer", "digit", "diabetes", "patches"}
    groups = read.settings(found, near=False, together=read.data_set, times=10)
    assert [len(group) for group in groups] == [24, 24, 32, 40, 24, 8]


def test_the_recipe_takes_three_steps_unless_most_prompts_are_warned():
    assert [answers.recipe({"diverging": share}) for share in (0.0, 0.5, 0.51)] == [3, 3, 0]


def test_labels_are_scaled_so_that_they_look_made_up():
    asked = labels.question("diabetes: progress")
    x, y = asked.test.x, asked.y
    fitted = x @ np.linalg.lstsq(x, y, rcond=None)[0]
    assert y.mean() == pytest.approx(0, abs=1e-9)
    assert fitted.var() == pytest.approx(len(asked.test.cov))  # that of <w, x> with w from N(0, I)
    assert (y - fitted).var() == pytest.approx(asked.noise_variance)
    assert asked.explained == pytest.approx(np.corrcoef(fitted, y)[0, 1] ** 2)


def test_a_cured_chain_on_real_labels_ends_at_least_squares():
    asked = labels.question("iris: petal width")
    P = labels.layer(asked, 30, 0.0)
    found = labels.chains(asked, P, 30, prompts=5, steps=3000, rng=np.random.default_rng(0))
    assert found.cured[:, -1] == pytest.approx(found.least_squares, rel=1e-6)
    assert (found.plain[:, 0] == pytest.approx(1, rel=0.2)) and (found.ridge < 1).all()


def test_a_layer_of_labels_is_that_of_the_noise():
    """Against least squares over prompts with labels that are drawn."""
    asked, rng = labels.question("iris: petal width"), np.random.default_rng(0)
    x = asked.train.draw(6, samples=200_000, rng=rng)
    noise = 2.0
    S = x.swapaxes(1, 2) @ x / 6
    seen = (S @ S).mean(axis=0) + noise * S.mean(axis=0) / 6
    best = S.mean(axis=0) @ np.linalg.inv(seen)
    assert np.linalg.norm(labels.layer(asked, 6, noise) - best) < 0.02 * np.linalg.norm(best)


def test_stored_pairs_are_those_of_the_data():
    for run in results.load("real").select(part="pair", center="own"):
        train, test = domains.pair(run["name"], "own")
        assert run["condition"] == pytest.approx(np.linalg.cond(train.cov), rel=1e-6)
        if np.isfinite(run["true_critical"]):
            for times, diverges in ((0.99, False), (1.01, True)):
                n = run["true_critical"] * times
                B = (1 - 1 / n) * train.cov @ train.cov + train.fourth_moments / n
                strides = np.linalg.eigvals(train.cov @ np.linalg.inv(B) @ test.cov)
                assert (np.abs(1 - strides).max() > 1 + 1e-9) is np.bool_(diverges)
        assert theory.critical_train_length(train.cov, test.cov) == pytest.approx(run["critical"])
