"""What `make lint` checks: one list, `.pre-commit-config.yaml`, for commits and continuous integration alike."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conftest import require

pytestmark = pytest.mark.exhaustive
ROOT = Path(__file__).parents[2]
CONFIG = ".pre-commit-config.yaml"
HOOKS = [hook for repo in yaml.safe_load((ROOT / CONFIG).read_text())["repos"] for hook in repo["hooks"]]
SETTINGS = [CONFIG, "biome.json", "pyproject.toml", "tsconfig.json"]
GOOD = [
    ".github",
    "CITATION.cff",
    "monograph",
    "publish",
    "ttsbook",
    "chapters/index.ipynb",
    "chapters/ruff.toml",
]
STATIC, GITHUB = "publish/static", ".github"
BAD = {
    "ruff-check": ("unused.py", b'"""Words."""\n\nimport os\n'),
    "ruff-format": ("narrow.py", b"a=1\n"),
    "biome": (f"{STATIC}/old.js", b"var a = 1;\n"),
    "tsc": (f"{STATIC}/missing.js", b'document.querySelector("p").remove();\n'),
    "workflows": (f"{GITHUB}/workflows/empty.yml", b"name: A\n"),
    "issue-forms": (f"{GITHUB}/ISSUE_TEMPLATE/empty.yml", b"name: A\n"),
    "dependabot": (f"{GITHUB}/dependabot.yml", b"version: 1\n"),
    "citation": ("CITATION.cff", b"title: A\n"),
    "zizmor": (f"{GITHUB}/workflows/weak.yml", b"on: push\njobs: {a: {runs-on: b, steps: [{uses: someone/c@v1}]}}\n"),
    "check-yaml": ("open.yml", b"a: [\n"),
    "check-toml": ("open.toml", b"a = \n"),
    "check-json": ("open.json", b"{\n"),
    "end-of-file-fixer": ("end.txt", b"no line break"),
    "trailing-whitespace-fixer": ("space.txt", b"space \n"),
    "mixed-line-ending": ("windows.txt", b"a line\r\n"),
    "pyright": ("ttsbook/arrays.py", b'"""A number."""\n\nNUMBER: int = "one"\n'),
    "check-added-large-files": ("large.txt", b"1234567890" * 200_000 + b"\n"),
    "check-merge-conflict": ("merge.txt", b"<<<<<<< ours\n"),
}


@pytest.fixture
def lint(tmp_path):
    """Function that runs all checks on a folder, and gives the verdict of each and what it wrote."""
    require((ROOT / "node_modules").is_dir(), "the linters of JavaScript are missing: run `make lint`")
    for name in SETTINGS:
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)

    def run():
        files = [path for path in tmp_path.rglob("*") if ".git" not in path.parts]
        command = [sys.executable, "-m", "pre_commit", "run", "--color=never", "--files", *files]
        environment = {**os.environ, "PRE_COMMIT_HOME": tmp_path / ".git" / "pre-commit"}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        found = re.split(r"^(.+?)\.{3,}.*?(Passed|Failed|Skipped)$", done.stdout, flags=re.MULTILINE)[1:]
        assert found[::3] == [hook["name"] for hook in HOOKS], done.stdout + done.stderr
        return {
            hook["id"]: (verdict, words) for hook, verdict, words in zip(HOOKS, found[1::3], found[2::3], strict=True)
        }

    return run


def copy(name, folder):
    """Copy a file or folder of the repository."""
    if (ROOT / name).is_dir():
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(ROOT / name, folder / name)


@pytest.mark.nightly  # `make lint` runs them on all files
def test_each_check_passes_files_of_the_book(lint, tmp_path):
    for name in GOOD:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy(name, tmp_path)
    found = lint()
    assert {hook: verdict for hook, (verdict, _) in found.items()} == dict.fromkeys(found, "Passed"), found


def test_each_check_sees_what_it_is_for(lint, tmp_path):
    for name, content in BAD.values():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    found = lint()
    assert found.pop("import-linter")[0] == "Failed"  # there are no packages
    assert set(found) == set(BAD)
    for hook, (verdict, words) in found.items():
        assert verdict == "Failed" and Path(BAD[hook][0]).name in words, (hook, words)


@pytest.mark.parametrize(
    ("folder", "importer", "imported"),
    [
        ("ttsbook/data", "upwards", "ttsbook.theory"),
        ("ttsbook/theory", "sideways", "ttsbook.models"),
        ("ttsbook/thinking", "outside", "monograph"),
        ("monograph/figures", "upwards", "monograph.experiments"),
        ("monograph/experiments/frozen", "read", "torch"),
        ("publish/site", "through", "monograph.claims"),
    ],
)
def test_an_import_against_the_arrows_is_seen(folder, importer, imported, tmp_path):
    for name in ("monograph", "publish", "ttsbook", "pyproject.toml"):
        copy(name, tmp_path)
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    (tmp_path / folder / f"{importer}.py").write_text(f"import {imported}\n")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and re.search(rf"{importer} -> {imported}\b", done.stdout), done.stdout


def test_every_check_is_installed_by_make_lint():
    for hook in HOOKS:
        assert hook["language"] == "system"
        assert hook["entry"].startswith(".venv/bin/")


def test_commits_continuous_integration_and_make_check_the_same():
    assert re.search(r"^lint: .*\n.*pre-commit run --files$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    targets = re.findall(r"^make (?:--\S+ )*([a-z-]+)", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    assert targets[0] == "lint"
    steps = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())["jobs"]["lint"]["steps"]
    assert "make lint" in [step.get("run") for step in steps]


def test_packages_of_javascript_have_exact_versions_and_bring_none_but_their_own():
    listed = json.loads((ROOT / "package.json").read_text())
    wanted = listed["dependencies"] | listed["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    for name, version in wanted.items():
        package = require(ROOT / "node_modules" / name / "package.json", "run `make lint`")
        described = json.loads(package.read_text())
        assert described["version"] == version
        assert described.get("dependencies", {}).keys() <= wanted.keys()
        binaries = described.get("optionalDependencies", {})
        binaries.pop("fsevents", None)  # of macOS alone, which pyright needs to watch files
        assert set(binaries.values()) <= {version}
