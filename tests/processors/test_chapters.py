"""Every chapter, executed again, gives what is stored; run by `publish.processors` under other processors' kernels."""

import pytest

from publish import chapters, notebooks


@pytest.mark.processors
@pytest.mark.parametrize("path", notebooks.paths(), ids=notebooks.name_of)
def test_chapter_gives_what_is_stored(path):
    chapters.check(path, notebooks.name_of(path))
