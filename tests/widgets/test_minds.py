"""Two minds on a prompt whose examples are moved: their paths are those of `think`, on the page and on paper."""

import numpy as np
import pytest
import torch
import traitlets
from in_node import evaluated

from monograph import widgets
from ttsbook import theory
from ttsbook.data.prompts import Prompts
from ttsbook.data.tasks import Task
from ttsbook.models.attention import LinearSelfAttention
from ttsbook.thinking import cot

PATHS = """
    import { distance, leastLoss, mind, promptOf } from "JAVASCRIPT/minds.js";
    import { preconditioner } from "JAVASCRIPT/theory.js";
    const { examples, labels, w, start, steps, train_tail, train_length } = given;
    const prompt = promptOf(labels.map((label, i) => ({ x: examples.slice(2 * i, 2 * i + 2), label })), w);
    const goal = leastLoss(prompt, w);
    const minds = [1, train_tail].map((tail) => mind(preconditioner([1, tail], train_length), prompt, start, steps));
    console.log(JSON.stringify({ goal, minds, left: minds.map(({ path }) => distance(prompt.S, goal, path.at(-1))) }));
"""
NAMES = ("examples", "labels", "w", "start", "steps", "train_tail", "train_length")
STATES = {
    "as it is": {},
    "another start": {"start": [1.5, -0.8], "steps": 20, "train_tail": 0.3},
    "a wrong label": {"labels": [1, -1, 1, 1, 1], "train_length": 100},
    "some dropped": {"labels": [1, 0, -1, 0, 1], "steps": 3},
    "one left": {"labels": [0, 0, 0, 1, 0], "start": [0.5, 2.0], "steps": 30},
    "a stranger": {"examples": [1.2, 0.2, -1.1, 0.35, 1.0, -0.5, -0.7, -0.3, 0.4, 2.0], "steps": 8},
}


def thought(widget):
    """Answers of both layers, run literally on the tokens of the prompt."""
    x, signs = np.reshape(widget.examples, (5, 2)), np.array(widget.labels)
    kept = torch.as_tensor(x[signs != 0])[None]
    y = torch.as_tensor((signs * (x @ widget.w))[signs != 0])[None]
    w, start = (torch.tensor([point], dtype=torch.float64) for point in (widget.w, widget.start))
    drawn = Prompts(kept, y, w, torch.tensor([kept.shape[1]]))
    for tail in (1.0, widget.train_tail):
        layer = LinearSelfAttention(2, dtype=torch.float64)
        layer.set_preconditioner(theory.preconditioner(Task(np.diag([1.0, tail]), widget.train_length)))
        yield cot.think(layer, drawn, widget.steps, w0=start, literal=True)[0].detach().numpy()


@pytest.fixture(params=STATES)
def widget(request):
    """The widget as readers may have set it."""
    return widgets.TwoMinds(**STATES[request.param])


def on_the_page(widget):
    return evaluated(PATHS, {name: getattr(widget, name) for name in NAMES})


def test_both_paths_are_those_of_the_layers(widget):
    expected = list(thought(widget))
    found = [one["path"] for one in on_the_page(widget)["minds"]]
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-12)
    assert np.allclose(widget.paths(), expected, rtol=1e-9, atol=1e-12)
    assert np.abs(np.diff(expected, axis=1)).max() > 0.01


def test_strides_are_eigenvalues_and_the_least_loss_solves_the_prompt(widget):
    found = on_the_page(widget)
    x, y = widget.prompt()
    S = x.T @ x / len(x)
    for tail, one in zip((1.0, widget.train_tail), found["minds"], strict=True):
        P = theory.preconditioner(Task(np.diag([1.0, tail]), widget.train_length))
        assert np.allclose(one["strides"], np.sort(np.linalg.eigvals(P @ S).real), atol=1e-9)
    goal = np.array(found["goal"])
    assert np.allclose(x.T @ (x @ goal - y), 0, atol=1e-12)
    assert np.linalg.norm(goal - widget.w) < 1e-9 or any(label < 0 for label in widget.labels)
    gaps = [np.array(one["path"][-1]) - goal for one in found["minds"]]
    seen = x.T @ np.linalg.pinv(x.T)
    assert np.allclose(found["left"], [np.linalg.norm(seen @ gap) for gap in gaps], rtol=1e-8, atol=1e-12)


def test_the_still_picture_shows_gaps_from_the_least_loss(widget):
    goal = on_the_page(widget)["goal"]
    lines = widget.still().figure.axes[0].lines[:2]
    for line, path in zip(lines, thought(widget), strict=True):
        assert np.allclose(line.get_xydata(), path - goal, rtol=1e-8, atol=1e-9)


def test_without_examples_the_page_stays_where_it_is_and_the_package_refuses():
    given = {name: getattr(widgets.TwoMinds(), name) for name in NAMES} | {"labels": [0] * 5}
    found = evaluated(PATHS, given)
    assert all(point == given["start"] for one in found["minds"] for point in one["path"])
    assert [one["strides"] for one in found["minds"]] == [[0, 0], [0, 0]]
    with pytest.raises(traitlets.TraitError, match="labels must leave one example"):
        widgets.TwoMinds(labels=[0] * 5)


def test_one_example_makes_one_mind_diverge_and_the_other_arrives():
    alone, dragged = (
        on_the_page(widgets.TwoMinds(**STATES[name] | {"steps": 30})) for name in ("as it is", "a stranger")
    )
    longest = [[max(one["strides"]) for one in found["minds"]] for found in (alone, dragged)]
    assert max(longest[0]) < 1
    assert longest[1][0] < 1 < 2 < longest[1][1]
    assert alone["left"][1] < 1e-6 < alone["left"][0]
    assert dragged["left"][0] < 1e-3 < 1e3 < dragged["left"][1]
