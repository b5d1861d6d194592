import pytest
from small_notebooks import code, notebook, shown, text

from publish.stored import numbers
from publish.stored.execution import ChapterError

ERROR = '<span data-number="error">{}</span>'


def chapter(source, *values):
    cells = [code("1", shown(plain=value), tags=["numbers"]) for value in values]
    return notebook(text(source), *cells)


def test_values_are_written_into_their_spans():
    small = chapter(f"It is {ERROR.format('')}, then {ERROR.format('0.1')}.", "error = 0.25 %\nsteps = 3")
    numbers.write(small, name="small")
    assert small.cells[0].source == f"It is {ERROR.format('0.25 %')}, then {ERROR.format('0.25 %')}."


def test_value_is_escaped():
    small = chapter(ERROR.format(""), "error = <1 & rising")
    numbers.write(small, name="small")
    assert small.cells[0].source == ERROR.format("&lt;1 &amp; rising")
    written = small.cells[0].source
    numbers.write(small, name="small")
    assert small.cells[0].source == written


def test_output_of_other_cells_is_no_number():
    small = notebook(text("None."), code("1", shown(plain="error = 1")))
    assert numbers.computed(small, name="small") == {}


@pytest.mark.parametrize(
    ("source", "values", "message"),
    [
        ('<span data-number="eror">1</span>', ["error = 1"], "c0 shows 'eror'.*there are: error"),
        ('<span data-number="error">1</span>', [], "there are: none"),
        ("<span data-number='error'>1</span>", ["error = 1"], "c0 has a number that is not written"),
        ('<span data-number="error"><b>1</b></span>', ["error = 1"], "c0 has a number"),
        ("None.", ["error = 1", "error = 2"], "'error' is computed twice"),
        ("None.", ["0.25"], "c1 prints no number: '0.25'"),
    ],
)
def test_faulty_numbers_are_refused(source, values, message):
    with pytest.raises(ChapterError, match=f"(?s)small: .*{message}"):
        numbers.write(chapter(source, *values), name="small")
