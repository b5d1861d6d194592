"""What widgets simulate, against exact values by another route; and starting, stopping, changing, failing."""

import asyncio
import json
import subprocess
import sys

import numpy as np
import pytest
import traitlets
from scipy import stats

from monograph import widgets
from monograph.experiments import results
from monograph.experiments.linear import read as linear
from monograph.widgets import simulation
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Mixture, Task, mix

pytestmark = pytest.mark.exhaustive


def simulated(widget):
    """Run a widget's simulation to its end; return points, low, high."""
    widget.simulating = True
    assert "error" not in widget.found, widget.found["error"]
    assert widget.found["done"] == widget.found["total"] == widget.PROMPTS and not widget.simulating
    return [np.array(widget.found[name], dtype=float) for name in ("points", "low", "high")]


def check_band(widget, exact, *, places=slice(None), width=0.1):
    """The exact values lie in the bands, which are known to be narrow, and the widget's curve is the same."""
    points, low, high = (values[places] for values in simulated(widget))
    assert np.all(low < high) and np.all((high - low) / points < width)
    assert np.all((low < exact) & (exact < high))
    assert widget.expected()[places] == pytest.approx(exact, rel=1e-9)


def diagonal(strengths, n):
    """Preconditioner of one task, by hand."""
    return n / ((n + 1) * strengths + strengths.sum())


def power_law(exponent, trace=None):
    strengths = np.arange(1.0, 21.0) ** -exponent
    return strengths if trace is None else strengths * trace / strengths.sum()


def after_one_step(strengths, n, m):
    """Error along each skill by the second moment of a Wishart matrix."""
    p = diagonal(strengths, n)
    spread = 0 if m is None else p**2 * strengths * (strengths + strengths.sum()) / m
    return (1 - p * strengths) ** 2 + spread


def endless(p, test, steps):
    return np.array([((1 - p * test) ** (2 * k)).mean() for k in range(steps + 1)])


@pytest.mark.parametrize("m", [5, 40, None])
def test_one_step_of_the_layer_lies_on_the_errors_of_the_skills(m):
    widget = widgets.DirectAnswer(exponent=0.8, train_length=30, test_length=m, seed=3)
    by_skill = after_one_step(power_law(0.8), 30, m)
    check_band(widget, np.array([by_skill.mean(), *by_skill]), width=0.15)
    strengths = [0.5, 2.0, 0.1, 1.0]
    by_skill = after_one_step(np.array(strengths), 30, m)
    bent = widgets.BendSpectrum(strengths=strengths, train_length=30, test_length=m)
    check_band(bent, np.array([by_skill.mean(), *by_skill]), width=0.15)


def test_thinking_on_endless_prompts_lies_on_the_curve_of_the_exchange():
    widget = widgets.Exchange(train_length=60, exponent=0.5, steps=4)
    check_band(widget, endless(diagonal(power_law(0.5), 60), power_law(0.5), 20))
    assert "Error / d after 4 steps" in widget.found["words"] and "10¹² examples" in widget.found["words"]


def test_on_finite_prompts_the_points_are_those_of_20_skills_and_not_of_the_limit():
    widget = widgets.Exchange(train_length=60, exponent=0.5, test_length=30)
    _, low, high = simulated(widget)
    exact = after_one_step(power_law(0.5), 60, 30).mean()
    assert low[1] < exact < high[1] and (high - low)[1] < 0.05 * exact
    assert widget.expected()[1] < low[1] and widget.expected()[3] < low[3]


@pytest.mark.parametrize("n", [30, 400])
def test_the_probe_of_the_map_lies_on_its_curve_even_where_it_diverges(n):
    widget = widgets.OverthinkingMap(train_length=n, train_exponent=1.2, test_exponent=0.2)
    exact = endless(diagonal(power_law(1.2, trace=20), n), power_law(0.2, trace=20), 30)
    assert (exact[30] > 1) == (n == 400)
    check_band(widget, exact, width=0.15)


@pytest.mark.parametrize("parts", [{}, {"easy_short": 0.3, "hard_long": 0.0, "hard_short": 0.2}])
def test_mixtures_lie_on_their_curves(parts):
    widget = widgets.KindMixture(pool=3, **parts)
    weights, pool = widget.weights(), widget.pools[2]
    second, p = np.zeros(20), np.zeros(20)
    for row, n, weight in zip(np.array(pool["tasks"]), pool["lengths"], weights, strict=True):
        p += weight * row
        second += weight * row * ((n + 1) * row + row.sum()) / n
    check_band(widget, endless(p / np.where(second > 0, second, 1), np.array(widget.target), 20), width=0.15)


def test_the_error_of_a_mixture_of_three_tasks_is_said():
    widget = widgets.TaskMixture(share_easy=0.3, share_hard=0.5, steps=4)
    tasks, target = widget.pool()
    T = np.eye(20) - theory.preconditioner(Mixture(tasks, [0.3, 0.5, 0.2])) @ target
    check_band(widget, np.array([np.square(np.linalg.matrix_power(T, k)).sum() / 20 for k in range(5)]))
    assert mix(tasks, widget.weights()).weights == pytest.approx([0.3, 0.5, 0.2])


@pytest.mark.parametrize("seed", [0, 7])
def test_a_trained_layer_lies_on_its_own_curve(seed):
    widget = widgets.TrainedLayers(seed=seed)
    P, R, test = *_trained(seed % 5), np.eye(20)
    reached, exact = np.zeros((20, 20)), []
    for _ in range(31):
        exact.append(np.square(reached - np.eye(20)).sum() / 20)
        reached = reached + P @ test @ (np.eye(20) - R @ reached)
    check_band(widget, np.array(exact), width=0.15)


def test_the_median_of_a_trained_layer_lies_in_its_interval():
    widget = widgets.TrainedLayers(summary="median")
    P, R = _trained(0)
    w = np.random.default_rng(5).standard_normal((100_000, 20))
    answer = np.zeros_like(w)
    _, low, high = simulated(widget)
    for k in range(31):
        median = np.median(np.square(answer - w).mean(axis=1))
        assert low[k] < median < high[k] < 1.15 * low[k]
        answer = answer + (w - answer @ R.T) @ P.T


def _trained(seed):
    found = linear.curves(results.load("linear"), train="skewed", n=100, recipe="shift", m=None, test="isotropic")
    return found.P[seed], found.ratio[seed]


@pytest.mark.parametrize(("shown", "part", "test"), [(9, "recipes", "own"), (11, "skewed", "shifted")])
def test_a_shipped_GPT_does_what_its_training_had_stored(shown, part, test):
    widget = widgets.GPTThinking(shown=shown, seed=11)
    points, low, high = simulated(widget)
    stored = results.load("gpt2").select(part=part, variant="distances" if shown == 9 else False, seed=0)[0][test]
    d = 5 if shown == 9 else 10
    for simulated_low, simulated_high, kind in ((low[:31], high[:31], "mean"), (low[31:], high[31:], "median")):
        if kind == "mean":
            below, above = np.array(stored["low"]) / d, np.array(stored["high"]) / d
            assert np.all((simulated_low <= above) & (below <= simulated_high))
        else:
            median = np.array(stored["median"]) / d
            assert np.all((simulated_low < 1.1 * median) & (median < 1.1 * simulated_high))
    assert high[1] - low[1] < 0.35 * points[1] and points[10] < 0.2 * points[0]


def test_running_moments_and_medians_are_those_of_all_errors():
    errors = np.random.default_rng(0).gamma(0.5, size=(6, 300, 4)) * [1, 10, 1e-3, 1e6]
    for summary, middle in (("mean", np.mean), ("median", np.median)):
        for done, (points, low, high, samples) in enumerate(simulation.running(errors, summary=summary), start=1):
            together = errors[:done].reshape(-1, 4)
            assert samples == 300 * done
            assert points == pytest.approx(middle(together, axis=0), rel=1e-12)
            if summary == "mean":
                half = stats.norm.ppf(1 - 0.01 / 8) * together.std(axis=0, ddof=1) / np.sqrt(samples)
                assert high - points == pytest.approx(half, rel=1e-9)
                assert low == pytest.approx(np.maximum(points - half, 0), rel=1e-9)
            else:
                below = (together < low[None]).sum(axis=0), (together <= high[None]).sum(axis=0) - 1
                coverage = stats.binom(samples, 0.5).cdf(below[1]) - stats.binom(samples, 0.5).cdf(below[0])
                assert np.all((coverage > 0.9965) & (coverage < 0.999))


def test_infinite_errors_are_told_without_infinite_numbers():
    dice = Dice()
    dice.batches = [np.array([[1.0, np.inf], [2.0, 3.0]])] * 50
    dice.simulating = True
    assert json.loads(json.dumps(dice.found, allow_nan=False))["points"] == [1.5, None]
    dice.place = 1
    dice.seed = 1
    dice.simulating = True
    assert "∞" in dice.found["words"]


class Dice(simulation.Simulating):
    """A widget of its own, whose errors are quickly made."""

    PROMPTS, CHUNK = 100, 2
    DEPENDS = ("sides", "table")
    sides = traitlets.Int(6).tag(sync=True)
    table = traitlets.List(traitlets.Float(), [0.5, 1.0]).tag(sync=True)
    color = traitlets.Unicode("red").tag(sync=True)
    batches, place, made = None, 0, 0

    def errors(self):
        rng = np.random.default_rng(self.seed)
        for batch in self.batches or (rng.integers(1, self.sides + 1, size=(2, 2)).astype(float) for _ in range(99)):
            self.made += 1
            yield batch

    def expected(self):
        return None

    def headline(self):
        return self.place, "Mean", "throws"

    def still(self):
        raise NotImplementedError


async def until(true):
    for _ in range(2000):
        if true():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("nothing happened")


def in_a_kernel(scene):
    """Play a scene in a loop, as a kernel has one; the widget answers between the lines."""
    dice = Dice()
    asyncio.run(scene(dice))


def test_a_simulation_runs_in_chunks_to_its_end():
    async def scene(dice):
        heard = []
        dice.observe(lambda change: heard.append(change["new"]), "found")
        dice.simulating = True
        assert dice.found == {"settings": {"sides": 6, "table": [0.5, 1.0], "seed": 0}, "done": 0, "total": 100}
        assert dice.made == 0
        await until(lambda: not dice.simulating)
        assert [found["done"] for found in heard] == list(range(0, 101, 2))
        assert heard[-1]["words"].startswith("100 of 100 throws, seed 0. Mean: ")
        dice.simulating = True  # the same seed, the same points
        await until(lambda: not dice.simulating)
        assert dice.found == heard[50] == heard[-1] and len(heard) > 51
        dice.seed = 1
        assert dice.found == {}
        dice.simulating = True
        await until(lambda: not dice.simulating)
        assert dice.found["points"] != heard[50]["points"]

    in_a_kernel(scene)


def test_a_stop_keeps_what_was_found_and_nothing_follows():
    async def scene(dice):
        dice.simulating = True
        await until(lambda: dice.found["done"] >= 10)
        dice.simulating = False
        kept = dice.found
        await asyncio.sleep(0.1)
        assert dice.found is kept and 10 <= kept["done"] < 100 and dice.made == kept["done"] / 2
        dice.simulating = True
        dice.simulating = False  # before the first chunk
        await asyncio.sleep(0.1)
        assert dice.made == kept["done"] / 2

    in_a_kernel(scene)


@pytest.mark.parametrize("change", [{"sides": 8}, {"table": [0.5, 2.0]}, {"seed": 5}])
def test_a_change_of_settings_stops_and_clears(change):
    async def scene(dice):
        dice.simulating = True
        await until(lambda: dice.found["done"] >= 10)
        dice.color = "blue"  # nothing that the points depend on
        assert dice.simulating and dice.found["done"] >= 10
        dice.set_state(change)
        assert not dice.simulating and dice.found == {}
        await asyncio.sleep(0.1)
        assert dice.found == {}
        dice.set_state({"sides": 12, "simulating": True})  # one message of the browser
        await until(lambda: not dice.simulating)
        assert dice.found["settings"]["sides"] == 12 and dice.found["done"] == 100

    in_a_kernel(scene)


def test_a_run_that_was_stopped_does_not_write_into_the_next():
    async def scene(dice):
        dice.simulating = True
        await until(lambda: dice.found["done"] >= 10)
        dice.simulating = False
        dice.simulating = True
        assert dice.found["done"] == 0
        seen = []
        dice.observe(lambda change: seen.append(change["new"]["done"]), "found")
        await until(lambda: not dice.simulating)
        assert seen == list(range(2, 101, 2))

    in_a_kernel(scene)


def test_an_error_is_said_and_ends_the_simulation():
    async def scene(dice):
        dice.sides = 0
        dice.simulating = True
        await until(lambda: not dice.simulating)
        assert dice.found["error"].startswith("ValueError: ") and "points" not in dice.found
        dice.sides = 6
        assert dice.found == {}

    in_a_kernel(scene)
    widget = widgets.GPTThinking(shown=0)
    widget.simulating = True
    assert "the model of this training is not shipped" in widget.found["error"]
    assert all(widget.curves[shown]["name"] in widget.found["error"] for shown in (9, 11))


def test_looking_at_a_widget_needs_no_torch():
    code = (
        "import sys\nfrom monograph import widgets\n"
        "for kind in widgets.Simulating.__subclasses__(): kind.__subclasses__() or kind()\n"
        "widgets.DirectAnswer().still()\nassert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_layer_with_a_ratio_runs_as_theory_says():
    rng = np.random.default_rng(2)
    P, R = np.eye(3) + 0.1 * rng.standard_normal((2, 3, 3))
    task = Task(covariance.power_law(3, 1.0), widgets.layers.ENDLESS)
    model = widgets.layers.layer(P, ratio=R)
    gaps = next(widgets.layers.thinking(model, task, 4, seed=0, chunk=20_000)).sum(axis=-1)
    exact = theory.layer_error(P, R, task.cov, 4)
    assert np.abs(gaps.mean(axis=0) / exact - 1).max() < 0.05
