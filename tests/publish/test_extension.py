"""The site as a whole, whichever of its pages have changed."""

import pytest
import small_book
from small_notebooks import notebook, text

REFERENCE = "# Reference\n\n```{{admonition}} A box\n{words}\n```\n"


@pytest.mark.nightly
def test_a_second_build_makes_the_site_that_a_first_one_would(tmp_path):
    """`jupyter-book build` reads what has changed; what concerns all pages is done on all of them, once."""
    words = text("# First\n\nThe strengths $\\lambda_i$ of $\\Lambda$ sum to $d$.")
    book = small_book.write(tmp_path, index=notebook(words), reference=REFERENCE.format(words="Empty."))
    site = tmp_path / "_build" / "html"

    def build(*, anew):
        done = small_book.build(book, tmp_path, anew=anew)
        assert done.returncode == 0, done.stderr
        kinds = {".html", ".css", ".js", ".md"}
        return {path.relative_to(site): path.read_text() for path in site.rglob("*") if path.suffix in kinds}

    made = build(anew=True)
    assert build(anew=False) == made
    (book / "chapters" / "reference.md").write_text(REFERENCE.format(words="Full."))
    again = build(anew=False)
    assert again != made and again == build(anew=True)
