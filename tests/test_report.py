import pytest

from ttsbook import report


def test_numbers_are_shown_one_a_line():
    assert repr(report.numbers(first="1.5", second="20")) == "first = 1.5\nsecond = 20"


def test_an_unrounded_number_is_refused():
    with pytest.raises(TypeError, match="error must be a string, already rounded, got 0.5"):
        report.numbers(error=0.5)
