"""What pip installs is exported from the dependency groups, and a stale export is noticed without a network."""

import copy
import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from declarations import pins

from publish import lock

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = list(PROJECT["dependency-groups"])


def content(group):
    """The group's file as it is stored."""
    return (ROOT / lock.EXPORTS[group][0]).read_text(encoding="utf-8")


def holds(group, other):
    """Whether a group is another one or includes it."""
    included = [entry["include-group"] for entry in PROJECT["dependency-groups"][group] if isinstance(entry, dict)]
    return group == other or any(holds(one, other) for one in included)


def stale(group, *, project=PROJECT, text=None):
    """Whether a file is not what its own pins give."""
    text = content(group) if text is None else text
    return text != lock.export(project, group, [line for line in text.splitlines() if not line.startswith("#")])


@pytest.mark.parametrize("group", GROUPS)
def test_exports_are_up_to_date(group):
    assert not stale(group), f"{lock.EXPORTS[group][0]} is stale: run `make lock`"


def test_every_file_of_requirements_is_an_export():
    assert {path.name for path in ROOT.glob("requirements*")} == {file for file, _ in lock.EXPORTS.values()}


@pytest.mark.parametrize("changed", GROUPS)
@pytest.mark.parametrize("change", [lambda entries: entries.append("alpha==1"), lambda entries: entries.pop()])
def test_a_changed_group_makes_the_exports_that_hold_it_stale(changed, change):
    project = copy.deepcopy(PROJECT)
    change(project["dependency-groups"][changed])
    assert [stale(group, project=project) for group in GROUPS] == [holds(group, changed) for group in GROUPS]


def test_another_version_in_a_group_makes_its_export_stale():
    project = copy.deepcopy(PROJECT)
    group = project["dependency-groups"]["lab"]
    group[-1] += ".1"
    assert [group for group in GROUPS if stale(group, project=project)] == ["lab", "course"]


def test_another_oldest_python_makes_all_exports_stale():
    project = copy.deepcopy(PROJECT)
    project["project"]["requires-python"] = ">=3.12"
    assert all(stale(group, project=project) for group in GROUPS)


def test_other_options_make_all_exports_stale(monkeypatch):
    monkeypatch.setattr(lock, "OPTIONS", (*lock.OPTIONS, "--prerelease=allow"))
    assert all(map(stale, GROUPS))


@pytest.mark.parametrize(
    ("pattern", "by_hand"),
    [
        (r"^(sphinx==.*)", r"\1.1"),
        (r"^sphinx==.*\n", ""),
        (r"^(sphinx==.*)", r"\1\nalpha==1"),
        (r"^(sphinx==.*)", r"\1\nnvidia-alpha==1"),
        (r"^(sphinx==.*)", r"\1\n# from somewhere"),
        (r"^(sphinx==.*)", r"--find-links=somewhere\n\1"),
    ],
)
def test_a_change_by_hand_is_noticed(pattern, by_hand):
    text, count = re.subn(pattern, by_hand, content("book"), flags=re.MULTILINE)
    assert count == 1
    assert stale("book", text=text)


def test_workflows_use_the_declared_uv():
    workflows = (ROOT / ".github" / "workflows").glob("*.yml")
    used = [version for path in workflows for version in re.findall(r"\buv(==\S+)", path.read_text())]
    assert set(used) == {pins("requirements.txt")["uv"]}


@pytest.fixture
def small(tmp_path):
    """A folder with small dependency groups, and a function that locks them with wheels in it, without a network."""
    folder = tmp_path / "small"
    folder.mkdir()
    settings = "[tool.uv]\nenvironments = [\"sys_platform == 'linux'\"]\n"
    (tmp_path / "pyproject.toml").write_text(settings)  # a folder above must not matter
    (folder / "pyproject.toml").write_text(
        """
[project]
name = "small"
version = "1"
requires-python = ">=3.11"

[dependency-groups]
book = ["alpha==1"]
lint = ["beta"]
test = [{ include-group = "book" }, { include-group = "lint" }, "gamma==1"]
lab = [{ include-group = "test" }, "delta==1"]
course = [{ include-group = "lab" }, "zeta==1"]
"""
    )
    wheel(folder, "alpha", "1", "beta", 'epsilon; sys_platform == "win32"')
    wheel(folder, "beta", "1")
    wheel(folder, "gamma", "1", "nvidia-alpha", "cuda-alpha", "triton")
    wheel(folder, "delta", "1", "beta<3")
    for name in ("epsilon", "zeta", "nvidia-alpha", "cuda-alpha", "triton"):
        wheel(folder, name, "1")

    def locked(*more):
        lock.lock(folder, "--no-index", f"--find-links={folder}", "--no-cache", *more)
        texts = {group: (folder / file).read_text() for group, (file, _) in lock.EXPORTS.items()}
        project = tomllib.loads((folder / "pyproject.toml").read_text())
        assert not any(stale(group, project=project, text=text) for group, text in texts.items())
        return {group: [line for line in text.splitlines() if line[0] != "#"] for group, text in texts.items()}

    return folder, locked


def wheel(folder, name, version, *needed):
    """Write an empty distribution that needs others."""
    stem = f"{name.replace('-', '_')}-{version}"
    metadata = [
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}",
        *(f"Requires-Dist: {one}" for one in needed),
    ]
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{stem}.dist-info/METADATA", "\n".join(metadata) + "\n")
        archive.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{stem}.dist-info/RECORD", "")


def test_a_group_is_locked_with_all_that_it_brings_but_cuda(small):
    _, locked = small
    book = ["alpha==1", "beta==1", "epsilon==1 ; sys_platform == 'win32'"]
    test = [*book, "gamma==1"]
    lab = ["alpha==1", "beta==1", "delta==1", *test[2:]]
    assert locked() == {"book": book, "lint": ["beta==1"], "test": test, "lab": lab, "course": [*lab, "zeta==1"]}


@pytest.mark.exhaustive
def test_versions_stay_until_an_upgrade_and_are_the_same_in_all_groups(small):
    folder, locked = small
    first = locked()
    for version in ("2", "3"):
        wheel(folder, "beta", version)
    assert locked() == first
    for pinned in locked("--upgrade").values():
        assert "beta==2" in pinned  # with delta, which the book does not need, no newer one goes


def test_a_changed_group_is_stale_until_it_is_locked(small):
    folder, locked = small
    file = folder / "pyproject.toml"
    locked()
    file.write_text(file.read_text().replace('"alpha==1"', '"alpha==1", "beta==2"').replace('"beta"', '"beta==2"'))
    project = tomllib.loads(file.read_text())
    for group, (name, _) in lock.EXPORTS.items():
        assert stale(group, project=project, text=(folder / name).read_text())
    wheel(folder, "beta", "2")
    for pinned in locked().values():
        assert "beta==2" in pinned
