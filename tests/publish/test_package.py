"""The reference describes all that the package offers, and nothing else; every entry has an example."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
import small_book
from small_notebooks import notebook, text

import ttsbook
from monograph.claims.ledger import Claim
from publish import notebooks
from publish.site import names, package

ROOT = str(Path(__file__).parents[2])
MODULES = package.documented(ROOT)


def entries(item, name):
    """What the reference explains: an object and its public members, by the names that one writes."""
    yield name, item
    for one in package.public_members(item):
        yield from entries(one, f"{name}.{one.name}")


ENTRIES = {name: item for module in MODULES for name, item in entries(package.find(ROOT, module), module)}
# What the theory computes is proved in the book; these have no statement of their own.
WITHOUT_STATEMENT = {"BestDepth", "CotSimulation", "DivergenceWarning", "Selection", "ValidityWarning"}


# Of the monograph, what a chapter is made of; the rest is read beside it.
CHAPTERS = {"figures", "figures.drawings", "widgets", "page", "claims", "claims.ledger"}
EXPERIMENTS = {
    "runner",
    "registry",
    "results",
    *(
        f"{name}.read"
        for name in (
            "selection",
            "linear",
            "curation",
            "tails",
            "real",
            "stopping",
            "attention",
            "words",
            "post_training",
            "gpt2",
        )
    ),
    "real.domains",
    "attention.frozen",
    "attention.models",
    "words.traces",
    "selection.examples",
    "stopping.rules",
}


def importable(path=ttsbook.__path__, prefix="ttsbook.", exported=frozenset()):
    """Public modules: a package stands for the files whose names it exports."""
    for module in pkgutil.iter_modules(path, prefix):
        if module.name.rpartition(".")[2].startswith("_"):
            continue
        there = importlib.import_module(module.name)
        names_ = set(getattr(there, "__all__", ()))
        if names_ or (not module.ispkg and exported.isdisjoint(offered(module.name))):
            yield module.name
        if module.ispkg:
            yield from importable(there.__path__, f"{module.name}.", names_)


def offered(module):
    """Public names of a module, by import: functions and classes that it defines, or all that it exports."""
    there = importlib.import_module(module)
    if exported := getattr(there, "__all__", None):
        return set(exported)
    own = {name: value for name, value in vars(there).items() if getattr(value, "__module__", None) == module}
    return {name for name, value in own.items() if callable(value) and not name.startswith("_")}


def own_members(cls):
    """Public methods and properties that a class defines itself."""
    found = {name for name, value in vars(cls).items() if inspect.isroutine(value) or isinstance(value, property)}
    found |= {name for name, value in vars(cls).items() if type(value).__name__ == "cached_property"}
    return {name for name in found if not name.startswith("_")}


def documented(prefix):
    """Names that stand directly below a name in the reference."""
    return {name.rpartition(".")[2] for name in ENTRIES if name.rpartition(".")[0] == prefix and name not in MODULES}


def is_data(item):
    """Tell whether what the reference explains is a constant, and nothing that computes."""
    return item.is_attribute and "property" not in item.labels


def constants(module):
    """Documented names of a module that are data, or short for a type."""
    return {name for name in documented(module) if package.find(ROOT, f"{module}.{name}").is_attribute}


def test_every_public_module_has_a_page():
    shown = {f"monograph.{name}" for name in CHAPTERS} | {f"monograph.experiments.{name}" for name in EXPERIMENTS}
    assert set(MODULES) == {*importable(), *shown}


@pytest.mark.parametrize("module", MODULES)
def test_all_public_names_and_no_others_are_described(module):
    there = importlib.import_module(module)
    assert documented(module) - constants(module) == offered(module) - constants(module)
    assert constants(module) <= set(vars(there))
    for name in offered(module):
        if inspect.isclass(value := getattr(there, name)):
            made = {"count", "index"} if issubclass(value, tuple) else set()  # by NamedTuple, which writes them
            described = {one for one in own_members(value) - made if inspect.getdoc(getattr(value, one))}
            shown = documented(f"{module}.{name}")
            data = {one for one in shown if is_data(ENTRIES[f"{module}.{name}.{one}"])}
            assert data <= set(vars(value))
            assert described == shown - data - {"__call__"}, name


def test_constants_that_chapters_use_are_described():
    used = set()
    for path in notebooks.paths():
        reader = names.Reader(ROOT)
        for cell in notebooks.code_cells(notebooks.read(path)):
            used |= {item.path for _, _, item in reader.read(cell.source)}
    data = {path for path in used if path.rpartition(".")[2].isupper() and path.count(".") == 2}
    assert data
    assert data <= {item.path for item in ENTRIES.values()}


@pytest.mark.parametrize("module", MODULES)
def test_every_function_and_class_has_an_example(module):
    there = importlib.import_module(module)
    callables = documented(module) - constants(module)
    assert [name for name in callables if ">>> " not in inspect.getdoc(getattr(there, name))] == []


@pytest.mark.parametrize("module", MODULES)
def test_every_parameter_is_described(module):
    there = importlib.import_module(module)
    for name in documented(module):
        value = getattr(there, name)
        if inspect.isfunction(value):
            section = re.search(r"Parameters\n-+\n(.*?)(?:\n\n\S|\Z)", inspect.getdoc(value), re.DOTALL)
            described = (
                set(re.findall(r"^\*{0,2}(\w+)|, \*{0,2}(\w+)(?=[\w, *]*$)", section[1], re.MULTILINE))
                if section
                else set()
            )
            described = {one for pair in described for one in pair if one}
            if sibling := re.search(r"[Aa]rguments\s+are\s+those\s+of\s+`(\w+)`", inspect.getdoc(value)):
                described |= set(inspect.signature(getattr(there, sibling[1])).parameters)
            assert set(inspect.signature(value).parameters) <= described, name


@pytest.mark.parametrize("module", ["ttsbook.theory", "ttsbook.theory.selection"])
def test_theory_says_where_the_book_proves_it(module):
    there = importlib.import_module(module)
    for name in documented(module) - WITHOUT_STATEMENT - constants(module):
        assert re.search(r":(prf:)?ref:`", inspect.getdoc(getattr(there, name))), name


def test_summaries_are_plain_text():
    summaries = {name: package.summary(item) for name, item in ENTRIES.items()}
    assert [summary for summary in summaries.values() if re.search(r"[`\\{}]|:\w+:", summary)] == []
    assert summaries["ttsbook.theory.gamma"] == "Matrix Γ = (1 + 1/n) Λ + (tr Λ + σ^2)/n I."


def test_what_a_package_exports_hides_a_file_of_that_name():
    assert package.find(ROOT, "monograph.figures.lines").is_function
    assert package.find(ROOT, "monograph.figures.picture").is_module
    assert package.find(ROOT, "monograph.figures.nothing") is None
    assert package.modules(ROOT)["monograph.figures.lines"].is_module


def test_checks_of_claims_are_found_by_their_names():
    item = package.find(ROOT, "monograph.claims.task.one_step_error")
    claim = importlib.import_module("monograph.claims.task").one_step_error
    assert isinstance(claim, Claim)
    assert item.lineno == inspect.getsourcelines(claim.check)[1]


def test_the_package_of_the_folder_is_read_and_not_that_of_the_working_directory(tmp_path):
    small_book.write(tmp_path, index=notebook(text("# A page")))
    modules = package.modules(str(tmp_path))
    assert modules["ttsbook"].filepath == tmp_path / "ttsbook" / "__init__.py"
    assert set(modules) == {"ttsbook", "monograph", "monograph.page"}
