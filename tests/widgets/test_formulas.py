"""The formulas of the widgets are those of the package: one file of vectors holds Python and JavaScript together."""

import json
import re

import pytest
from formula_vectors import DIGITS, FILE, FLOOR, FORMULAS, OTHER_NAMES, computed
from in_node import evaluated

from monograph.widgets.base import JAVASCRIPT
from ttsbook.data import rows

NAMES = (
    "theory",
    "selection",
    "attention",
    "intervals",
    "noise",
    "fine_tuning",
    "fourth_moments",
    "rows",
    "tables",
    "stopping_rules",
)
MODULES = [JAVASCRIPT / f"{name}.js" for name in NAMES]
VECTORS = json.loads(FILE.read_text(encoding="utf-8"))
EVALUATE = """
    const { modules, vectors } = given;
    const formulas = Object.assign({}, ...(await Promise.all(modules.map((one) => import(one)))));
    const values = Object.entries(vectors).map(([name, rows]) => [
      name, rows.map(({ calls }) => calls.reduce((formula, given) => formula(...given), formulas[name])),
    ]);
    const odd = (value) => Number.isNaN(value) || value === -Infinity;
    console.log(JSON.stringify(Object.fromEntries(values), (_, one) => (odd(one) ? String(one) : one)));
"""


def in_javascript(vectors, script=EVALUATE):
    """Values of formulas with some arguments, by name, as Node computes them."""
    return evaluated(script, {"modules": [path.as_uri() for path in MODULES], "vectors": vectors})


@pytest.fixture(scope="module")
def found():
    """What JavaScript computes for all vectors."""
    return in_javascript(VECTORS)


def differs(found, expected, rel):
    """Whether some of what is expected is not found."""
    if isinstance(expected, dict):
        return any(differs(found[key], one, rel) for key, one in expected.items())
    if isinstance(expected, list):
        return len(found) != len(expected) or any(map(differs, found, expected, [rel] * len(found)))
    if found is None or expected is None or isinstance(expected, bool):
        return found is not expected
    if isinstance(expected, str):
        return found != expected
    return found != pytest.approx(expected, rel=rel, abs=FLOOR)


def tolerance(name, usual):
    return max(usual, 10 * 10.0 ** -DIGITS.get(name, 12))


def snake_case(name):
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def test_every_formula_of_the_browser_has_a_namesake_and_vectors():
    exports = [line for path in MODULES for line in re.findall(r"^export .*", path.read_text(), re.MULTILINE)]
    names = [re.match(r"export (?:const|function) (\w+)", line)[1] for line in exports]
    assert set(names) == VECTORS.keys() == FORMULAS.keys()
    assert len(names) == len(VECTORS)
    assert all(VECTORS.values())
    namesakes = {name: namesake.__name__ for name, (namesake, _) in FORMULAS.items()}
    assert namesakes == {name: OTHER_NAMES.get(name, snake_case(name)) for name in names}


@pytest.mark.parametrize("name", VECTORS)
def test_javascript_computes_what_python_does(found, name):
    pairs = zip(found[name], VECTORS[name], strict=True)
    assert [row for value, row in pairs if differs(value, row["value"], tolerance(name, 1e-9))] == []


@pytest.mark.parametrize("name", VECTORS)
def test_the_stored_values_are_what_python_computes(name):
    rows = VECTORS[name]
    assert [row for row in rows if differs(computed(name, row["calls"]), row["value"], tolerance(name, 1e-10))] == []


def test_a_skill_that_no_task_uses_is_left_alone_where_python_refuses_it():
    calls = [[[[1.0, 0.0], [2.0, 0.0]], [5, 5], [0.5, 0.5]]]
    assert in_javascript({"mixturePreconditioner": [{"calls": calls}]})["mixturePreconditioner"][0][1] == 0
    with pytest.raises(ValueError, match="must be positive definite"):
        computed("mixturePreconditioner", calls)


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("a,domain\n1,x\nRome,y", "domain"),
        ("a,domain\n1,x\n,y", "domain"),
        ("a,domain\n1,x\nNaN,y", "domain"),
        ("a,domain\n1,x\n2,", "domain"),
        ("a,b,domain\n1,3,x\n2,3,y", "domain"),
        ("a,b\n1,3\n2,4", "domain"),
        ("a,a,domain\n1,3,x\n2,4,y", "domain"),
        ("a,domain\n1,x\n2", "domain"),
        ("a,domain\n1,x", "domain"),
        ("domain\nx\ny", "domain"),
        ("\n", "domain"),
    ],
)
def test_a_table_that_will_not_do_is_refused_in_the_same_words(text, column):
    """But for how a list of columns is written."""
    caught = EVALUATE.replace("formula(...given), formulas[name]", "attempt(formula, given), formulas[name]")
    attempt = "const attempt = (f, given) => { try { return f(...given); } catch (error) { return error.message; } };"
    found = in_javascript({"readDomains": [{"calls": [[text, column]]}]}, script=attempt + caught)["readDomains"][0]
    with pytest.raises(ValueError, match=" must ") as refused:
        rows.read_domains(text.splitlines(), column)
    assert found.replace("[", "").partition(", one of")[0] == str(refused.value).partition(", one of")[0]


def test_a_difference_is_seen():
    value = {"steps": [1.0, 0.0, None], "diverges": True}
    assert not differs(value, value, 1e-9)
    for other in ([1 + 2e-9, 0.0, None], [1.0, 1e-11, None], [1.0, 0.0, 5.0], [1.0, 0.0, "NaN"], [1.0, 0.0]):
        assert differs(value | {"steps": other}, value, 1e-9)
    assert differs(value | {"diverges": False}, value, 1e-9)
