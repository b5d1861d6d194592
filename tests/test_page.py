import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_numbers import TABLE, read

from monograph import page


def test_numbers_are_shown_one_a_line():
    assert repr(page.numbers(first="1.5", second="20")) == "first = 1.5\nsecond = 20"


@pytest.mark.unchecked
def test_an_unrounded_number_is_refused():
    with pytest.raises(TypeError, match="error must be a string, already rounded, got 0.5"):
        page.numbers(error=0.5)


@given(st.floats(page.FLOOR, 1e30))
def test_written_numbers_have_two_right_digits(value):
    assert read(page.rounded(value)) == pytest.approx(value, rel=0.051)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['value']:g}")
def test_numbers_are_written_as_the_table_says_and_by_widgets_nearly_so(row):
    assert page.rounded(row["value"]) == row["page"]
    if "below" in row["page"]:
        assert row["widget"] == row["page"]
    else:
        assert [read(row["page"]), read(row["widget"])] == pytest.approx([row["value"]] * 2, rel=0.051)


@given(st.floats(1e-300, page.FLOOR, exclude_max=True), st.sampled_from([-1, 1]))
def test_what_rounding_decides_is_said_as_a_bound(value, sign):
    assert page.rounded(sign * value) == "below 10⁻¹²"
    assert page.rounded(sign * value * 1e12, scale=1e12) == "below 1"
    assert "below" not in page.rounded(sign * value, scale=value)


def test_a_table_is_headed_markdown_and_aligned_text():
    table = page.Table(["task", "k = 1"], [["equal", "0.34"], ["long tail", "0.5"]])
    shown = table._repr_mimebundle_()
    assert shown["text/markdown"].splitlines() == [
        "| task | k = 1 |",
        "|---|---|",
        "| equal | 0.34 |",
        "| long tail | 0.5 |",
    ]
    assert shown["text/plain"] == repr(table) == "task      | k = 1\nequal     | 0.34\nlong tail | 0.5"


@pytest.mark.unchecked
@pytest.mark.parametrize("row", [["equal", 0.34], ["equal"]])
def test_a_row_that_is_no_row_of_strings_is_refused(row):
    with pytest.raises(TypeError, match="each row must hold 2 strings, already rounded, got"):
        page.Table(["task", "error"], [row])


def test_answers_are_handed_over_beside_what_is_shown():
    handed = page.answers(half=page.value(0.5, within=0.1))
    shown, metadata = handed._repr_mimebundle_()
    assert shown == {"text/plain": "Answers that the page checks: half"}
    assert metadata["answers"]["half"] == {"right": 0.5, "within": 0.1, "hint": "", "traps": []}


def test_values_are_rounded_so_that_machines_agree():
    answer = page.value(1 / 3, percent=1, traps={2 / 3: "double"}, hint="think")
    assert answer == {"right": 0.333333, "percent": 1, "hint": "think", "traps": [[0.666667, "double"]]}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "give either within or percent, got within=None and percent=None"),
        ({"within": 1, "percent": 1}, "give either within or percent, got within=1 and percent=1"),
        ({"within": 0.0}, "the tolerance must be positive, got within=0.0"),
        ({"percent": 100}, "the tolerance must be positive, got within=None, percent=100"),
        ({"within": 0.1, "traps": {2.14: "near"}}, "traps must not lie near the right answer 2.0, got 2.14"),
    ],
)
def test_faulty_values_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        page.value(2.0, **options)


def test_a_negative_value_has_percents_and_zero_has_none():
    assert page.value(-2.0, percent=3)["right"] == -2
    with pytest.raises(ValueError, match="the tolerance must be positive"):
        page.value(0.0, percent=3)


def test_a_choice_has_one_right_option():
    assert page.choice((False, "no"), (True, "")) == {"right": 2, "options": ["no", ""]}
    for truths in ([True], [True, True], [False, False]):
        with pytest.raises(ValueError, match="one of them right, got"):
            page.choice(*((true, "") for true in truths))
