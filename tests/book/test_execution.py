"""Every chapter, executed once again, gives what is stored."""

import pytest

from book import chapters, notebooks
from book.comparison import differences


@pytest.mark.parametrize("path", notebooks.paths(), ids=notebooks.name_of)
def test_chapter_gives_what_is_stored(path):
    stored = notebooks.read(path)
    name = notebooks.name_of(path)
    fresh = chapters.remake(stored, folder=path.parent, name=name)
    found = differences(stored, fresh)
    assert not found, "\n".join(found)
