"""Numbers as the widgets write them."""

import re

import pytest

from monograph.widgets.base import bundle

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def numbers(browser):
    """Function that evaluates a call of the module `numbers.js`."""
    source = re.sub(r"^export ", "", bundle("numbers.js"), flags=re.MULTILINE)
    page = browser.new_page()
    yield lambda call: page.evaluate(f"(() => {{ {source} return {call}; }})()")
    page.close()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0.0"),
        ("3.5e-16", "below 10⁻¹²"),
        ("3.5e-12", "3.5·10⁻¹²"),
        ("9.99e-4", "1.0·10⁻³"),
        ("0.001", "0.0010"),
        ("0.4", "0.40"),
        ("17.4", "17"),
        ("236.4", "236"),
        ("9999", "9999"),
        ("12345", "1.2·10⁴"),
        ("1e123", "1.0·10¹²³"),
        ("Infinity", "∞"),
    ],
)
def test_two_digits_and_a_power_of_ten_beyond_what_is_easily_read(numbers, value, text):
    assert numbers(f"round({value})") == text


@pytest.mark.parametrize(
    ("exponent", "text"), [(-12, "10⁻¹²"), (-4, "10⁻⁴"), (-3, "0.001"), (0, "1"), (4, "10000"), (5, "10⁵")]
)
def test_powers_of_ten(numbers, exponent, text):
    assert numbers(f"powerOfTen({exponent})") == text


def test_a_minus_sign_is_one(numbers):
    assert numbers("[-1.6, 0.125].map(fixed(2))") == ["−1.60", "0.13"]


def test_steps_are_counted_in_words(numbers):
    assert numbers("[0, 1, 2].map(stepsInWords)") == ["0 steps", "1 step", "2 steps"]
