"""The guided tours: stops that can be reached, and guesses that come out as they are said to."""

import numpy as np
import pytest
from every_widget import WIDGETS

from monograph import widgets
from monograph.widgets.tours import TOURS
from ttsbook import theory
from ttsbook.data import covariance
from ttsbook.data.tasks import Task

KINDS = {kind.__name__: kind for kind in WIDGETS}
EVERY = [
    pytest.param(name, stop, id=f"{name}-{number}")
    for name, tour in TOURS.items()
    for number, stop in enumerate(tour, 1)
]


@pytest.mark.parametrize(("name", "stop"), EVERY)
def test_a_stop_asks_and_its_parts_and_states_are_those_of_the_widget(name, stop):
    kind = KINDS[name]
    assert stop["question"].endswith("?") and len(set(stop["guesses"])) == len(stop["guesses"]) > 1
    assert stop["found"].endswith(".") and bool(stop["do"]) == bool(stop["until"])
    assert stop["part"] == "picture" or f'"{stop["part"]}"' in kind()._esm
    widget = kind(**stop["state"])
    assert {trait: getattr(widget, trait) for trait in stop["state"]} == stop["state"]
    if isinstance(stop["until"], dict):
        assert {path.partition(".")[0] for path in stop["until"]} <= set(kind.controls)
    assert kind().get_state()["frame"]["tour"] == list(TOURS[name])


def test_less_tail_is_less_noise_for_the_strongest_skill():
    first = [widgets.DirectAnswer(exponent=exponent).expected()[1] for exponent in (1.0, 1.5, 2.0)]
    assert first[0] > first[1] > first[2]


def test_an_endless_test_leaves_something_of_every_skill():
    endless = widgets.DirectAnswer(test_length=None).expected()
    assert endless.min() > 0.01 and np.all(endless < widgets.DirectAnswer().expected())


def test_a_layer_that_forgets_walks_past_the_answer_and_one_that_strides_runs_away():
    layer = widgets.WeightBlocks()
    W, V = list(layer.W), list(layer.V)
    W[2], V[8] = 0.0, -1.8
    closed, forgets, strides = (layer._mean_error(*pair) for pair in ((layer.V, layer.W), (layer.V, W), (V, layer.W)))
    assert forgets[1] == pytest.approx(closed[1]) and forgets[20] > forgets[0] > forgets[1]
    assert strides[20] > 1000 * strides[0]


def test_long_training_prompts_make_the_best_answer_come_sooner_and_short_ones_never():
    depths = []
    for length in (140, 170, 200, 500):
        _, P = widgets.ThinkingLonger().preconditioners(length)
        errors = [np.square(np.linalg.matrix_power(np.eye(20) - P, k)).sum() for k in range(31)]
        depths.append(int(np.argmin(errors)))
    assert depths[0] == depths[1] == 30 > depths[2] > depths[3] > 0
    tail = covariance.power_law(20, 0.8, trace=20)
    assert 170 < theory.critical_train_length(tail, np.eye(20)) < 200


def test_a_path_runs_away_where_training_showed_little_and_only_short_prompts_save_it():
    train, test = np.diag([1.0, 0.1]), np.diag([1.0, 1.0])
    saved = [
        n for n in range(1, 1001) if np.linalg.eigvals(theory.preconditioner(Task(train, n)) @ test).real.max() < 2
    ]
    assert saved == [1, 2]
