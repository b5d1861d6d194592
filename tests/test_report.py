import pytest
from hypothesis import given
from hypothesis import strategies as st

from ttsbook import report


def test_numbers_are_shown_one_a_line():
    assert repr(report.numbers(first="1.5", second="20")) == "first = 1.5\nsecond = 20"


def test_an_unrounded_number_is_refused():
    with pytest.raises(TypeError, match="error must be a string, already rounded, got 0.5"):
        report.numbers(error=0.5)


@given(st.floats(1e-30, 1e30))
def test_written_numbers_have_two_right_digits(value):
    words = report.rounded(value)
    mantissa, _, power = words.partition("·10")
    back = power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    assert float(mantissa) * 10.0 ** int(back or 0) == pytest.approx(value, rel=0.051)
