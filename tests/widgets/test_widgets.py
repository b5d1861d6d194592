import json
import re
from unittest.mock import patch
from xml.etree import ElementTree

import numpy as np
import pytest
import traitlets
from every_widget import WIDGETS

from monograph import widgets
from monograph.experiments import results
from monograph.experiments.real import domains
from monograph.page import rounded
from monograph.widgets import exchange
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Mixture, Task
from ttsbook.theory import selection


@pytest.mark.parametrize("kind", WIDGETS)
def test_a_widget_ships_one_module_that_imports_nothing(kind):
    source = kind()._esm
    assert not re.search(r"^\s*import\b", source, flags=re.MULTILINE)
    assert re.findall(r"^export .*", source, flags=re.MULTILINE) == ["export default { render };"]
    assert "http" not in source.replace("http://www.w3.org/2000/svg", "")


def test_a_bundle_holds_each_module_once_and_in_order(tmp_path, monkeypatch):
    (tmp_path / "a.js").write_text("export const a = 1;\n")
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\nexport const b = a + 1;\n')
    (tmp_path / "top.js").write_text(
        'import { a } from "./a.js";\nimport { b } from "./b.js";\nexport default a + b;\n'
    )
    monkeypatch.setattr(widgets.base, "JAVASCRIPT", tmp_path)
    lines = [line for line in widgets.bundle("top.js").splitlines() if line]
    assert lines == ["const a = 1;", "const b = a + 1;", "export default a + b;"]


def test_a_bundle_leaves_out_types(tmp_path, monkeypatch):
    types = '/** @import { A } from "./a.js" */\n\n/**\n * @param {A} a\n */\n'
    (tmp_path / "top.js").write_text(f"// Words.\n{types}export default (a) => /** @type {{string}} */ (a);\n")
    monkeypatch.setattr(widgets.base, "JAVASCRIPT", tmp_path)
    assert widgets.bundle("top.js") == "// Words.\nexport default (a) => (a);\n"


@pytest.mark.parametrize("kind", WIDGETS)
def test_a_widget_is_shown_live_as_a_picture_and_in_words(kind):
    widget = kind()
    data, _ = widget._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == widget.model_id
    assert ElementTree.fromstring(data["image/svg+xml"]).tag.endswith("svg")
    assert (
        data["text/plain"] == f"Interactive chart. {widget.still().alt}" == f"Interactive chart. {kind().still().alt}"
    )


@pytest.mark.parametrize("kind", WIDGETS)
def test_the_state_of_a_widget_can_be_stored(kind):
    state = kind().get_state()
    assert json.loads(json.dumps(state))["_esm"] == kind._esm


def test_the_still_picture_follows_the_settings():
    widget = widgets.DirectAnswer(exponent=0.0, train_length=10, test_length=None)
    flat = widget.still().alt
    assert "“strength λᵢ” (points): stays at 1." in flat
    widget.exponent = 1.5
    assert widget.still().alt != flat


@pytest.mark.parametrize(
    "settings", [{"dim": 1}, {"dim": 51}, {"exponent": -0.1}, {"train_length": 0}, {"test_length": 0}]
)
def test_settings_out_of_range_are_refused_by_name(settings):
    with pytest.raises(traitlets.TraitError, match=next(iter(settings))):
        widgets.DirectAnswer(**settings)


def test_the_weight_blocks_start_at_the_closed_form_and_show_what_a_leak_does():
    closed = widgets.WeightBlocks()
    assert list(closed.V) == list(closed.closed_V)
    error = closed._mean_error(closed.V, closed.W)
    assert error[0] == pytest.approx(np.square(closed.weights).mean())
    assert error[-1] < 1e-6 * error[0]
    leaking = list(closed.V)
    leaking[1] = 0.5  # V12: a y that is written into x
    assert widgets.WeightBlocks(V=leaking)._mean_error(leaking, closed.W)[-1] > error[-1]


def test_the_thinking_path_draws_what_theory_says():
    widget = widgets.ThinkingPath(train_tail=0.2, test_tail=0.5, train_length=50, steps=6)
    P = theory.preconditioner(Task(np.diag([1.0, 0.2]), 50))
    thinking = widget.still().figure.axes[0].lines[1].get_xydata()
    by_matrix = [np.linalg.matrix_power(np.eye(2) - P @ np.diag([1.0, 0.5]), k) @ [-1.6, -1.6] for k in range(7)]
    assert np.allclose(thinking, by_matrix)


def test_own_domains_show_the_strides_of_the_rows_and_the_circle():
    widget = widgets.OwnDomains(pair=5, train_length=50)
    train, test = domains.pair("cancer errors: benign → malignant", "own")
    B = (1 - 1 / 50) * train.cov @ train.cov + train.fourth_moments / 50
    strides = np.linalg.eigvals(train.cov @ np.linalg.inv(B) @ test.cov)
    circle, shown = (line.get_xydata() for line in widget.still().figure.axes[0].lines[:2])
    assert np.hypot(circle[:, 0] - 1, circle[:, 1]) == pytest.approx(1)
    assert np.sort(shown[:, 0]) == pytest.approx(np.sort(strides.real), rel=1e-3, abs=1e-4)


def test_a_bent_spectrum_shows_the_error_of_each_skill_where_the_skill_is():
    widget = widgets.BendSpectrum(strengths=[0.5, 2.0, 0.1, 1.0], selected=3, train_length=30, test_length=None)
    strengths, errors = (line.get_ydata() for line in widget.still().figure.axes[0].lines[1:3])
    costs = 1 + 3.6 / np.array([0.5, 2.0, 0.1, 1.0])
    assert strengths == pytest.approx([0.5, 2.0, 0.1, 1.0])
    assert errors == pytest.approx((costs / (30 + costs)) ** 2)


def test_with_fewer_skills_the_last_of_them_is_selected():
    widget = widgets.BendSpectrum()
    widget.strengths = [1.0, 0.5]
    assert widget.selected == 2


@pytest.mark.parametrize(
    "settings",
    [
        {"strengths": [1.0]},
        {"strengths": [1.0, 0.0]},
        {"strengths": [1.0, float("nan")]},
        {"selected": 21},
        {"train_length": 0},
        {"test_length": 0},
    ],
)
def test_a_spectrum_out_of_range_is_refused_by_name(settings):
    with pytest.raises(traitlets.TraitError, match=next(iter(settings))):
        widgets.BendSpectrum(**settings)


def test_the_overthinking_map_shows_the_best_depth_or_an_error():
    widget = widgets.OverthinkingMap()
    alt = widget.still().alt
    assert "It runs from 0 to " in alt
    assert "and beyond all bounds" in alt  # where one should never stop
    assert "“probe”: from (200, 0.8)" in alt
    assert "“critical length”" in alt
    widget.steps = 5
    assert "Map of error / d after 5 steps" in widget.still().alt
    matched = widgets.OverthinkingMap(test_exponent=2.0).still().alt
    assert matched != alt


def test_dividing_by_more_cures_the_probe_and_moves_the_line():
    widget = widgets.OverthinkingMap(train_length=400)
    assert widget.expected()[30] > 1e4
    widget.scaling = 1.26
    P = theory.preconditioner(Task(covariance.power_law(20, 0.8, trace=20), 400))
    expected = theory.cot_error_limit(P / 1.26, covariance.isotropic(20), 30) / 20
    assert np.allclose(widget.expected(), expected) and expected[30] < 1e-5
    critical = theory.critical_train_length(covariance.power_law(20, 2.0, trace=20), np.eye(20) / 1.26)
    assert f"to ({rounded(critical)}, 2)" in widget.still().alt


def test_with_the_best_scaling_every_mixture_is_better_at_five_steps():
    for pool in (1, 2, 3, 4):
        usual, best = (widgets.KindMixture(pool=pool, scaling=scaling) for scaling in ("usual", "best"))
        for weights in (np.full(4, 0.25), usual.pools[pool - 1]["paper"], [0, 0, 0, 1.0]):
            assert best.curve(weights)[5] <= usual.curve(weights)[5] * (1 + 1e-9)
    with pytest.raises(traitlets.TraitError, match="scaling"):
        widgets.KindMixture(scaling="other")


@pytest.mark.parametrize(
    "settings",
    [{"train_length": 4}, {"train_exponent": 2.1}, {"test_exponent": -1.0}, {"steps": 0}, {"scaling": 0.1}],
)
def test_the_overthinking_map_refuses_settings_out_of_range(settings):
    with pytest.raises(traitlets.TraitError, match=next(iter(settings))):
        widgets.OverthinkingMap(**settings)


def test_the_task_mixture_marks_what_selection_chooses():
    widget = widgets.TaskMixture(steps=5, share_easy=0.8, share_hard=0.5)
    tasks, target = widget.pool()
    alt = widget.still().alt
    for name, weights in {
        "paper's": selection.quadratic_program([task.cov for task in tasks], target).weights,
        "least error": selection.optimal_mixture(tasks, target, 5).weights,
        "yours": [0.8, 0.2, 0.0],
    }.items():
        error = theory.cot_error_limit(theory.preconditioner(Mixture(tasks, weights)), target, 5)[5] / 20
        shares = ", ".join(f"{round(weight, 2) + 0:g}" for weight in weights)
        assert f"“{name}” at ({shares}): {rounded(error)}." in alt


@pytest.mark.parametrize("test_length", [None, 200])
def test_the_exchange_draws_lengths_that_leave_one_error(test_length):
    widget = widgets.Exchange(train_length=40, steps=3, exponent=0.5, test_length=test_length)
    lengths = widget.still().figure.axes[0].lines[0].get_ydata()
    cov = covariance.power_law(20, 0.5)
    left = {
        k: theory.finite.recursion_error(np.linalg.inv(theory.gamma(cov, n)), cov, test_length, 20)[k]
        for k, n in enumerate(lengths, start=1)
        if np.isfinite(n)
    }
    assert len(left) >= 18
    assert list(left.values()) == pytest.approx([left[3]] * len(left), rel=0.02 if test_length else 1e-9)
    assert lengths[2] == pytest.approx(40, rel=1e-3)


def test_the_kind_mixture_draws_what_theory_says():
    widget = widgets.KindMixture(pool=2, easy_short=0.3, hard_short=0.1, easy_long=0.4, hard_long=0.2)
    pool, target = widget.pools[1], np.diag(widget.target)
    tasks = [Task(np.diag(row), n) for row, n in zip(pool["tasks"], pool["lengths"], strict=True)]
    drawn = [line.get_ydata() for line in widget.still().figure.axes[0].lines if len(line.get_ydata()) == 21]
    mixtures = ([0.25] * 4, [0.3, 0.1, 0.4, 0.2])
    for curve, weights in zip(drawn, mixtures, strict=False):
        P = theory.preconditioner(Mixture(tasks, weights))
        expected = [np.square(np.linalg.matrix_power(np.eye(20) - P @ target, k)).sum() / 20 for k in range(21)]
        assert curve == pytest.approx(expected)
    least = [widget.curve(one)[5] for one in (pool["exact"], pool["paper"], widget.weights(), mixtures[0])]
    assert least[0] == min(least)
    assert drawn[3][5] == pytest.approx(least[0])


def test_a_skill_that_no_chosen_task_uses_is_never_answered():
    widget = widgets.KindMixture(hard_long=0, easy_short=1)  # four skills of twenty
    curve = widget.curve(widget.weights())
    assert curve[20] >= 16 / 20 and curve[0] == 1
    nothing = widgets.KindMixture(hard_long=0)
    assert nothing.weights().tolist() == [0.25] * 4
    with pytest.raises(traitlets.TraitError, match="pool"):
        widgets.KindMixture(pool=5)


def test_the_GPT_widget_shows_the_shipped_curves():
    from monograph.experiments.gpt2 import read as gpt2

    widget = widgets.GPTThinking(shown=0, steps=5)
    assert widget.curves[0]["name"] == "trained to answer directly" and len(widget.curves) == 12
    expected = gpt2.middle(gpt2.errors("recipes", "direct"))
    assert widget.still().figure.axes[0].lines[1].get_ydata() == pytest.approx(expected[:6], rel=1e-2)
    assert "trained to answer directly" in widget.still().alt
    with pytest.raises(traitlets.TraitError, match="shown must be below 12, got 12"):
        widget.shown = 12


@pytest.mark.parametrize("test_length", [1, 10, 20, 200])
def test_the_still_picture_of_the_exchange_goes_through_the_chosen_pair(test_length):
    """Of two lengths that leave one error the curve takes the chosen one, and none needs to exist elsewhere."""
    widget = widgets.Exchange(test_length=test_length)
    with patch.object(exchange.figures, "lines", wraps=exchange.figures.lines) as drawn:
        widget.still()
    lines = drawn.call_args.args[0]
    assert lines[0].y[widget.steps - 1] == pytest.approx(widget.train_length)
    assert widget.still().alt


def test_trained_layers_know_their_lengths():
    widget = widgets.TrainedLayers()
    widget.setting = "isotropic, matched"
    assert widget.train_length == 30  # the longest that was trained on equal strengths
    assert "theory" in widget.still().alt
    with pytest.raises(traitlets.TraitError, match=r"train_length must be one of .* got 7"):
        widgets.TrainedLayers(train_length=7)
    with pytest.raises(traitlets.TraitError, match=r"test_length must be one of .* got 201"):
        widget.test_length = 201


def test_a_widget_names_itself_at_no_cost():
    widget = widgets.DirectAnswer(dim=5)
    widget.still = None  # not called
    assert repr(widget) == f"DirectAnswer({', '.join(f'{n}={getattr(widget, n)!r}' for n in widget.controls)})"


def test_two_causes_draws_what_theory_says():
    widget = widgets.TwoCauses(
        noise_variance=2.0, test_length=50, train_length=30, shift=0.5, seed=3, treatment="longer"
    )
    trained, test = (covariance.power_law(20, exponent, trace=20) for exponent in (0.8, 0.4))
    P = theory.preconditioner(Task(trained, 30, noise_variance=2.0))
    S = covariance.sample_empirical(test, 50, samples=8, rng=np.random.default_rng(3))
    steps = np.arange(61)
    expected = [
        theory.noisy_error(P, S[0], 50, steps, noise_variance=2.0),
        theory.noisy_error(P, S[0], 50, steps, noise_variance=0.0),
        theory.noisy_error(P, S.mean(axis=0), 400, steps, noise_variance=2.0),
    ]
    drawn = [line.get_ydata() for line in widget.still().figure.axes[0].lines if len(line.get_ydata()) == 61]
    assert np.allclose(drawn, np.array(expected) / 20)
    half = theory.noisy_error(P / 2, S[0], 50, steps, noise_variance=2.0)
    assert np.allclose(widget.errors("half"), half)
    assert widget.errors("vote")[60] < 0.3 * widget.errors("none")[60]


def test_fine_tuned_draws_the_error_and_where_it_is_set():
    widget = widgets.FineTuned(count=500, prompt_length=800, interference=0.1, rate=0.5)
    line, point, *_ = (line for line in widget.still().figure.axes[0].lines if len(line.get_ydata()) != 2)
    place = int(np.argmin(np.abs(line.get_xdata() - 2000)))
    there, as_set = widget.errors(int(line.get_xdata()[place]), 500)
    assert line.get_ydata()[place] == pytest.approx(there)
    assert point.get_ydata()[0] == pytest.approx(as_set) and widget.tuning().rank == 400


def test_stopping_draws_the_errors_of_its_rule():
    widget = widgets.Stopping(rule="safe", shift=1.0, test_length=100, train_length=400, seed=3)
    lines = [line.get_ydata() for line in widget.still().figure.axes[0].lines]
    promised, errors = (line for line in lines if len(line) == 41)
    depth, error = widget.plan()
    assert depth == promised.argmin() and errors[depth] == pytest.approx(error) and errors[0] > 0.2
    usual = widgets.Stopping(rule="last", shift=1.0, test_length=100, train_length=400, seed=3)
    assert usual.plan()[0] == 40 and usual.plan()[1] > 1e3 * error
    with pytest.raises(traitlets.TraitError, match="rule"):
        widgets.Stopping(rule="hope")


def test_tails_draws_what_was_learned_and_its_strides():
    widget = widgets.Tails(train_kind="two scales", train_length=100, shift=1.0)
    lines = [line.get_ydata() for line in widget.still().figure.axes[0].lines if len(line.get_ydata()) == 20]
    strengths = np.arange(1, 21) ** -0.8
    strengths *= 20 / strengths.sum()
    own, gaussian = (1 / (strengths + ((2 * q - 1) * strengths + q * 20) / 100) for q in (3.25, 1.0))
    assert np.allclose(lines, [own, gaussian, own])  # the strides on equal strengths are P itself
    with pytest.raises(traitlets.TraitError, match="train_kind"):
        widgets.Tails(train_kind="round")


def test_step_spectrum_draws_the_stored_eigenvalues():
    found = results.load("attention")
    run = found.select(architecture="gpt", dim=5, spectrum="skewed", length=40, seed=0)[0]
    widget = widgets.StepSpectrum(architecture="one layer", training="skewed, n = 40")
    real, imag = (np.array(part) for part in run["eigenvalues"])
    cloud = widget.clouds["one layer|skewed, n = 40"]
    assert np.allclose(cloud["real"], real, atol=0.006) and np.allclose(cloud["imag"], imag, atol=0.006)
    drawn = [line for line in widget.still().figure.axes[0].lines if len(line.get_xdata()) == len(real)]
    assert np.allclose(drawn[0].get_xdata(), cloud["real"])
    ends = sorted(run["median"][-1] for run in found.select(architecture="gpt", dim=5, spectrum="skewed", length=40))
    assert [cloud[name][-1] for name in ("low", "middle", "high")] == pytest.approx(
        [ends[0], ends[2], ends[4]], rel=0.01
    )
    widget.training = "skewed, n = 20"
    widget.architecture = "LayerNorm"
    assert widget.training == "skewed, n = 40"
    with pytest.raises(traitlets.TraitError, match="training must be one of"):
        widgets.StepSpectrum(architecture="LayerNorm", training="skewed, n = 20")
