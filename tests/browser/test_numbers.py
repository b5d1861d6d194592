"""Numbers as the widgets write them."""

import re

import pytest
from written_numbers import TABLE

from monograph.widgets.base import bundle

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def numbers(browser):
    """Function that evaluates a call of the module `numbers.js`."""
    source = re.sub(r"^export ", "", bundle("numbers.js"), flags=re.MULTILINE)
    page = browser.new_page()
    yield lambda call: page.evaluate(f"(() => {{ {source} return {call}; }})()")
    page.close()


def test_numbers_are_written_as_the_table_says(numbers):
    assert numbers(f"{[row['value'] for row in TABLE]}.map(round)") == [row["widget"] for row in TABLE]
    assert numbers("round(Infinity)") == "∞"


@pytest.mark.parametrize(
    ("exponent", "text"), [(-12, "10⁻¹²"), (-4, "10⁻⁴"), (-3, "0.001"), (0, "1"), (4, "10000"), (5, "10⁵")]
)
def test_powers_of_ten(numbers, exponent, text):
    assert numbers(f"powerOfTen({exponent})") == text


def test_a_minus_sign_is_one(numbers):
    assert numbers("[-1.6, 0.125].map(fixed(2))") == ["−1.60", "0.13"]


def test_steps_are_counted_in_words(numbers):
    assert numbers("[0, 1, 2].map(stepsInWords)") == ["0 steps", "1 step", "2 steps"]
