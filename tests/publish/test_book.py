"""The book is called the same wherever its name is typed."""

import tomllib

import yaml

from publish import notebooks
from publish.book import AUTHORS, ROOT, SUBTITLE, TITLE


def test_title_and_authors_are_those_of_the_settings():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert cited["title"] == f"{TITLE} {SUBTITLE.replace(':', ',')}"
    assert cited["authors"] == [{"name": AUTHORS}]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"“{TITLE}”" in project["description"]
    assert project["authors"] == [{"name": AUTHORS}]
    assert (ROOT / "README.md").read_text().startswith(f"# {TITLE}\n\n*{SUBTITLE}.*\n")
    first = notebooks.read(notebooks.CHAPTERS / "index.ipynb").cells[0].source
    assert first.startswith(f"# {TITLE}\n")
