import os
import subprocess
from datetime import date

import pytest

from publish.site import colophon


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """Function that runs git in an empty repository, and its folder."""
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-11-05T12:00:00+00:00")

    def git(*command):
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
        subprocess.run(["git", "-C", tmp_path, *identity, *command], check=True, capture_output=True)

    git("init", "--quiet")
    git.folder = tmp_path
    return git


def test_the_commit_has_a_hash_a_day_and_a_state(repository):
    file = repository.folder / "page.md"
    file.write_text("One.")
    assert colophon.commit(repository.folder) is None  # nothing is committed yet
    repository("add", "page.md")
    repository("commit", "--quiet", "--message", "One")
    name, day, changed = colophon.commit(repository.folder)
    assert len(name) == 40 and day == date(2026, 11, 5) and not changed
    (repository.folder / "output.html").write_text("new files are not counted")
    assert colophon.commit(repository.folder)[2] is False
    file.write_text("Two.")
    assert colophon.commit(repository.folder) == (name, day, True)


def test_a_folder_in_another_repository_and_one_without_have_no_commit(repository, tmp_path_factory):
    (repository.folder / "page.md").write_text("One.")
    repository("add", "page.md")
    repository("commit", "--quiet", "--message", "One")
    unpacked = repository.folder / "book"
    unpacked.mkdir()
    assert colophon.commit(unpacked) is None
    assert colophon.commit(tmp_path_factory.mktemp("archive")) is None


def test_the_sentence_links_where_the_repository_is_known():
    name, day = "0123456789" * 4, date(2026, 11, 5)
    assert "of November 5, 2026.<" in colophon.sentence(name, day, False)
    assert "href" not in colophon.sentence(name, day, False)
    linked = colophon.sentence(name, day, True, "https://github.com/someone/some-book")
    assert f'href="https://github.com/someone/some-book/commit/{name}"><code>0123456</code>' in linked
    assert linked.endswith("2026, with local changes.</span>")
