import chapter_guards as guards
import pytest
from nbformat import v4
from small_notebooks import SVG, code, notebook, shown, text

from publish import notebooks

ALT = {"image": {"alt": "A curve."}}
CURVE = shown(svg=SVG, plain="A curve.")
LONG_FUNCTION = "def f():\n" + "    pass\n" * 10
QUESTION = '<span data-check="half">Half of one</span>'
HALF = {"right": 0.5, "within": 0.1, "hint": "", "traps": [[2.0, "That is the double."]]}
NUMBER = '<span data-number="half">{}</span>'


def good():
    return notebook(
        text(f"# Chapter\n\nIt is {NUMBER.format('0.5')} (paper: Theorem 3.3).\n\n{QUESTION}"),
        code("%config InlineBackend.figure_formats = ['svg']\nfrom ttsbook import theory"),
        code("def f():\n" + "    pass\n" * 9, CURVE, mystnb=ALT),
        code("1", shown(plain="half = 0.5"), tags=["numbers"]),
        code("1", tags=["nbval-ignore-output"]),
        code("1", v4.new_output("display_data", metadata={"answers": {"half": dict(HALF)}})),
    )


def ran_out_of_order(small):
    small.cells[1].execution_count = 2


def never_ran(small):
    small.cells[1].execution_count = None


def failed(small):
    small.cells[1].outputs = [v4.new_output("error", ename="E", evalue="e", traceback=[])]


def picture_without_text(small):
    small.cells[2].outputs = [shown(svg=SVG)]


def picture_with_a_name_for_text(small):
    small.cells[2].outputs = [shown(svg=SVG, plain="<Figure size 640x480 with 1 Axes>")]


def widget_without_text(small):
    small.cells[2].outputs = [shown(widget={"model_id": "a"})]


def stale_text_in_the_cell(small):
    small.cells[2].outputs = [shown(svg=SVG, plain="A line.")]


def no_text_in_the_cell(small):
    del small.cells[2].metadata["mystnb"]


def text_without_picture(small):
    small.cells[2].outputs = []


def two_pictures(small):
    small.cells[2].outputs = [CURVE, CURVE]


def bitmap(small):
    small.cells[2].outputs = [CURVE, shown(png="iVBORw0KGgo=", plain="A curve.")]


def no_package(small):
    small.cells[1].source = "import numpy, ttsbooks\nfrom . import ttsbook"


def long_function(small):
    small.cells[2].source = LONG_FUNCTION


def long_method(small):
    small.cells[2].source = "class C:\n" + "".join(f"    {x}\n" for x in LONG_FUNCTION.splitlines())


def long_cell(small):
    small.cells[2].source = "pass\n" * 31


def stale_number(small):
    small.cells[0].source = NUMBER.format("0.6")


def unknown_number(small):
    small.cells[0].source = NUMBER.format("0.5").replace("half", "third")


def reference_for_sphinx_alone(small):
    small.cells[0].source = f"See {{prf:ref}}`thm-x`, {{eq}}`eq-x` and {NUMBER.format('0.5')}."


def typed_result(small):
    small.cells[0].source = "It is 0.5."


def question_without_answer(small):
    small.cells[5].outputs = []


def answer_without_question(small):
    small.cells[0].source = small.cells[0].source.replace(QUESTION, "")


def question_asked_twice(small):
    small.cells[0].source += QUESTION


def trap_that_another_hides(small):
    hidden = [2.05, "That is something else."]
    small.cells[5].outputs[0].metadata["answers"]["half"]["traps"] = [*HALF["traps"], hidden]


def digits_of_rounding_printed(small):
    small.cells[1].outputs = [v4.new_output("stream", text="error 1.9·10⁻²⁵, bound 10⁻²⁵, rest below 10⁻¹², 2·10⁻¹²")]


def digits_of_rounding_as_text(small):
    small.cells[1].outputs = [shown(plain="error 1.9e-25 or 6·10²⁸²")]


def digits_of_rounding_in_prose(small):
    small.cells[0].source += " Nearly 0.0000000000002."


def digits_of_rounding_in_a_picture(small):
    svg = SVG.format("<text>2.2·10⁻¹⁶</text><text>10⁻¹⁶</text>")
    small.cells[2].outputs = [shown(svg=svg, plain="A curve.")]


def digits_of_rounding_in_an_answer(small):
    small.cells[5].outputs[0].metadata["answers"]["half"]["right"] = 3.1e-17


def two_ignored_cells(small):
    small.cells[1].metadata["tags"] = ["nbval-ignore-output"]


def output_folded(small):
    small.cells[1].metadata["tags"] = ["hide-output"]


@pytest.mark.parametrize(
    ("guard", "spoil"),
    [
        (guards.executed, ran_out_of_order),
        (guards.executed, never_ran),
        (guards.executed, failed),
        (guards.described, picture_without_text),
        (guards.described, picture_with_a_name_for_text),
        (guards.described, widget_without_text),
        (guards.described, stale_text_in_the_cell),
        (guards.described, no_text_in_the_cell),
        (guards.described, text_without_picture),
        (guards.described, two_pictures),
        (guards.described, bitmap),
        (guards.imports_package, no_package),
        (guards.short, long_function),
        (guards.short, long_method),
        (guards.short, long_cell),
        (guards.fresh_numbers, stale_number),
        (guards.fresh_numbers, unknown_number),
        (guards.readable_references, reference_for_sphinx_alone),
        (guards.no_typed_results, typed_result),
        (guards.few_ignored_cells, two_ignored_cells),
        (guards.folds_code, output_folded),
        (guards.above_rounding, digits_of_rounding_printed),
        (guards.above_rounding, digits_of_rounding_as_text),
        (guards.above_rounding, digits_of_rounding_in_prose),
        (guards.above_rounding, digits_of_rounding_in_a_picture),
        (guards.above_rounding, digits_of_rounding_in_an_answer),
        (guards.consistent_questions, question_without_answer),
        (guards.consistent_questions, answer_without_question),
        (guards.consistent_questions, question_asked_twice),
        (guards.consistent_questions, trap_that_another_hides),
    ],
)
def test_guard_fires(guard, spoil):
    small = good()
    assert list(guard(small)) == []
    spoil(small)
    assert len(list(guard(small))) == 1


def test_a_chapter_without_code_need_not_import_the_package():
    assert list(guards.imports_package(notebook(text("Text.")))) == []


def test_checking_numbers_leaves_the_notebook_alone():
    small = good()
    stale_number(small)
    before = small.cells[0].source
    list(guards.fresh_numbers(small))
    assert small.cells[0].source == before


@pytest.mark.parametrize("guard", guards.GUARDS, ids=lambda guard: guard.__name__)
@pytest.mark.parametrize("path", notebooks.paths(), ids=notebooks.name_of)
def test_chapter_keeps_to(guard, path):
    found = list(guard(notebooks.read(path)))
    assert not found, "\n".join(found)
