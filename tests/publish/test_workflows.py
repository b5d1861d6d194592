"""The workflows on GitHub: safe, as small in rights as can be, and running targets that exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github"
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in (FOLDER / "workflows").glob("*.yml")}
# The only rights beyond reading: each of these jobs writes one thing.
RIGHTS = {
    ("publish", "notebooks"): {"contents": "write"},
    ("publish", "deploy"): {"pages": "write", "id-token": "write"},
    ("publish", "release"): {"contents": "write"},
}


def jobs():
    return [(name, key, job) for name, workflow in WORKFLOWS.items() for key, job in workflow["jobs"].items()]


def test_a_known_weakness_is_found(tmp_path):
    text = (FOLDER / "workflows" / "links.yml").read_text().replace("actions/checkout@v5", "someone/checkout@v5")
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "links.yml").write_text(text.replace("make links", "echo ${{ github.event.issue.title }}"))
    zizmor = [Path(sys.executable).with_name("zizmor"), "--offline", "--no-progress", tmp_path]
    done = subprocess.run(zizmor, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    for weakness in ("template-injection", "unpinned-uses"):
        assert weakness in done.stdout + done.stderr


def test_every_python_of_the_book_is_tested():
    assert WORKFLOWS["test"]["jobs"]["test"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert re.search(r"^test: .*\n.*pytest --nbval", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_links_are_checked_every_week():
    (entry,) = WORKFLOWS["links"][True]["schedule"]  # YAML reads `on` as true
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", entry["cron"])


@pytest.mark.parametrize(("name", "key", "job"), jobs(), ids=lambda value: value if isinstance(value, str) else "")
def test_jobs_have_few_rights_and_end(name, key, job):
    assert WORKFLOWS[name]["permissions"] == {"contents": "read"}
    assert job.get("permissions", {}) == RIGHTS.get((name, key), {})
    assert job["timeout-minutes"] <= 60


def test_workflows_make_what_the_makefile_has():
    makefile = (ROOT / "Makefile").read_text()
    runs = [step.get("run", "") for _, _, job in jobs() for step in job["steps"]]
    targets = {target for run in runs for target in re.findall(r"\bmake ([\w./-]+)", run)}
    assert {"book", "links", "test"} <= targets
    for target in targets:
        assert re.search(rf"^{re.escape(target.replace('.venv', '$(VENV)'))}:", makefile, re.MULTILINE), target


def test_a_release_gets_the_files_that_are_made_and_their_checksum_is_compared():
    build, release = (WORKFLOWS["publish"]["jobs"][name]["steps"] for name in ("build", "release"))
    kept = next(step["with"]["path"] for step in build if step.get("with", {}).get("name") == "files")
    assert kept.split() == ["_build/*.pdf", "_build/*.zip", "_build/*.sha256"]
    runs = [step["run"] for step in release if "run" in step]
    assert [run.split()[0] for run in runs] == ["sha256sum", "gh"]


def git(folder, *arguments):
    done = subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def clone(tmp_path):
    """A repository with one commit, a clone of a bare one that it may push to."""
    git(tmp_path, "init", "-q", "--bare", "origin")
    git(tmp_path, "clone", "-q", "origin", "clone")
    (tmp_path / "clone" / ".gitignore").write_text("/_build/\n")
    git(tmp_path / "clone", "add", ".")
    git(tmp_path / "clone", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "First")
    git(tmp_path / "clone", "push", "-q", "origin", "HEAD:main")
    return tmp_path / "clone"


def test_chapters_are_pushed_as_further_commits_of_a_branch_of_their_own(clone):
    commits = []
    for content in ("one", "two"):
        folder = clone / "_build" / "notebooks" / "chapters" / "setup"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "task.ipynb").write_text(content)
        script = ["bash", FOLDER / "push-notebooks", "_build/notebooks"]
        done = subprocess.run(script, cwd=clone, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        commits.append(re.fullmatch(r"commit=([0-9a-f]{40})\n", done.stdout)[1])
        assert git(clone, "ls-remote", "origin", "refs/heads/notebooks").split()[0] == commits[-1]
        assert git(clone, "ls-tree", "-r", "--name-only", commits[-1]) == "chapters/setup/task.ipynb"
        assert git(clone, "show", f"{commits[-1]}:chapters/setup/task.ipynb") == content
    assert git(clone, "rev-list", commits[1]).split() == commits[::-1]
    assert git(clone, "status", "--porcelain") == ""
