import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_notebooks import SVG

from publish.stored.tolerance import TOLERANCE, same_picture, same_state

PATH = SVG.format('<path d="M{} 20L3 4e1" style="stroke: #0072b2"/><text x="1">{}</text>')


@given(st.floats(-400, 400), st.floats(-2, 2))
def test_coordinates_agree_up_to_a_thousandth_of_the_picture(x, shift):
    size = 400
    old, new = PATH.format(f"{x:.6f}", "n"), PATH.format(f"{x + shift:.6f}", "n")
    if abs(abs(shift) - TOLERANCE * size) > 1e-5:
        assert same_picture(old, new) == (abs(shift) < TOLERANCE * size)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PATH.format("1", "0.341"), PATH.format("1", "0.342")),
        (PATH, PATH.replace("#0072b2", "#0072b3")),
        (PATH, PATH.replace("L", "M")),
        (PATH, PATH.replace("L3 4e1", "L3 4e1L5 5")),
        (PATH, PATH.replace("<text", "<path/><text")),
        (PATH, PATH.replace("text", "tspan")),
        (PATH, PATH.replace('x="1"', 'y="1"')),
    ],
)
def test_other_differences_are_seen(old, new):
    assert same_picture(old, old)
    assert not same_picture(old, new)


def test_a_picture_without_a_size_must_agree_exactly():
    old = PATH.replace("viewBox", "data-box")
    assert same_picture(old.format("1", ""), old.format("1.0", ""))
    assert not same_picture(old.format("1", ""), old.format("1.0001", ""))


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        (1.0, 1.0005, True),
        (1.0, 1.002, False),
        (0.0, 1e-9, False),
        ([1000.0, 0.0], [1000.0, 0.5], True),
        ([1000.0, 0.0], [1000.0, 1.5], False),
        ([1.0], [1.0, 1.0], False),
        ([[1.0], "a"], [[1.0005], "a"], True),
        (["a"], ["b"], False),
        ({"x": 1.0}, {"x": 1.0005}, True),
        ({"x": 1.0}, {"y": 1.0}, False),
        ("0.341", "0.342", False),
        (None, 0.0, False),
        ([], [], True),
    ],
)
def test_states_of_widgets(old, new, same):
    assert same_state(old, new) is same
