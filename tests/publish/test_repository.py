"""What holds for every file that the repository keeps."""

import re
import subprocess
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from pybtex.database import parse_file
from typed_results import typed_results

from publish import notebooks

ROOT = Path(__file__).parents[2]

# Joined here, so that this file does not name them either.
HOSTS = [
    ".".join(labels)
    for labels in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("yarnpkg", "com"),
        ("anaconda", "org"),
        ("debian", "org"),
        ("download", "pytorch", "org"),
    ]
]
MARKS = ["".join(halves) for halves in [("TO", "DO"), ("FIX", "ME")]]
FOLDERS = ["home", "root", "tmp", "Users", "work"]
FORBIDDEN = {
    "host of a package registry": re.compile("|".join(map(re.escape, HOSTS))),
    "path of one machine": re.compile(rf"(?<![\w.:/<-])/(?:{'|'.join(FOLDERS)})(?:/\w|\b(?!/))|[A-Z]:\\Users"),
    "unfinished work": re.compile(rf"\b(?:{'|'.join(MARKS)})\b"),
}


def files():
    """Text files that git keeps, or will once they are added."""
    command = ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()]


def complaints(text):
    """Forbidden things that a text names."""
    return {f"{what}: {match[0]}" for what, pattern in FORBIDDEN.items() for match in pattern.finditer(text)}


@pytest.mark.parametrize(
    "text",
    [
        f"pip install -i https://{HOSTS[0]}/simple",
        f"see files.{HOSTS[1]}",
        *(f"in '/{folder}/book/a.py'" for folder in FOLDERS),
        *(f"cd /{folder}" for folder in FOLDERS),
        "\\".join(["in 'C:", "Users", "me'"]),
        *(f"# {mark}: prove it" for mark in MARKS),
    ],
)
def test_forbidden_names_are_found(text):
    assert len(complaints(text)) == 1


@pytest.mark.parametrize(
    "text",
    ["https://example.org/home/a", "pages/work/a", "</root>", "//127.0.0.1/root", "a/tmp/b", "conda-forge"],
)
def test_other_names_are_left_alone(text):
    assert complaints(text) == set()


def test_no_file_names_a_registry_or_a_machine():
    if not files():
        pytest.skip("not a git checkout")
    found = {
        f"{file.relative_to(ROOT)}: {complaint}"
        for file in files()
        for complaint in complaints(file.read_text(encoding="utf-8"))
    }
    assert not found, "\n".join(sorted(found))


PLACEHOLDER = re.compile(r"\b(?:NAME|PART)\b")  # of a file that is to be made


def named_paths(text, folders):
    """Paths that begin with one of some folders, as a text names them: with wildcards or without."""
    start = "|".join(map(re.escape, folders))
    return re.findall(rf"(?<![\w./:<>@-])(?:{start})/[\w./*-]*(?<!\.)(?![\w{{\\])", text)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("# see desk/a.py.", ["desk/a.py"]),
        ("`desk/a_b.css`, .desk/*/x-y.ipynb\nand desk/", ["desk/a_b.css", ".desk/*/x-y.ipynb", "desk/"]),
        ("desks/a.py ../desk/a.py https://example.org/desk/a.py desk/{name}.py", []),
    ],
)
def test_named_paths_are_found(text, paths):
    assert named_paths(text, ["desk", ".desk"]) == paths


def test_every_path_that_a_file_names_exists():
    folders = {file.relative_to(ROOT).parts[0] for file in files() if file.parent != ROOT}
    found = {
        f"{file.relative_to(ROOT)}: {path}"
        for file in files()
        for path in named_paths(file.read_text(encoding="utf-8").replace(r"\n", "\n"), folders)
        if not any(ROOT.glob(path)) and not PLACEHOLDER.search(path)
    }
    assert not found, "\n".join(sorted(found))


def test_no_file_is_marked_executable():
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "--stage"], capture_output=True, text=True, check=False)
    assert [line for line in listed.stdout.splitlines() if line.startswith("100755")] == []


def test_pages_without_code_state_no_results():
    for page in notebooks.CHAPTERS.rglob("*.md"):
        assert typed_results(page.read_text(encoding="utf-8")) == [], page


def test_references_are_complete():
    works = parse_file(ROOT / "references.bib", "bibtex").entries
    for key, work in works.items():
        names = work.persons["author"]
        assert {"title", "year"} <= set(work.fields), key
        family = re.sub(r"\W", "", "".join(names[0].prelast_names + names[0].last_names)).lower()
        assert key.startswith(f"{family}{work.fields['year']}"), key
        if "eprint" in work.fields:
            assert work.fields["url"] == f"https://arxiv.org/abs/{work.fields['eprint']}", key


def test_every_module_that_a_text_names_exists():
    named = re.compile(r"python -m ([a-z_.]+\w)|\b((?:ttsbook|monograph|publish(?!\.yml))(?:\.[a-z_0-9]+)+)")
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "*.md"], capture_output=True, text=True, check=True)
    texts = {name: (ROOT / name).read_text() for name in listed.stdout.split() if name != "CHANGELOG.md"}
    found = {(name, "".join(parts)) for name, text in texts.items() for parts in named.findall(text)}
    assert ("results/README.md", "monograph.experiments.results.load") in found
    assert {(name, module) for name, module in found if not is_there(module)} == set()


def is_there(name):
    """Whether a module of that name exists, or one that has its last part."""
    module, _, last = name.rpartition(".")
    with suppress(ModuleNotFoundError):
        if find_spec(name):
            return True
    return bool(module) and hasattr(import_module(module), last)
