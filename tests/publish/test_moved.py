"""Old addresses of pages lead to pages that exist, and to the part that was asked for."""

import pytest
import yaml

from publish import contents
from publish.book import ROOT

MOVED = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]["redirects"]
LISTED = contents.read().pages


@pytest.mark.parametrize(("old", "new"), MOVED.items())
def test_an_old_address_leads_to_a_page(old, new):
    assert old not in LISTED
    assert new.startswith("/") and new.endswith(".html") and new[1:].removesuffix(".html") in LISTED


@pytest.mark.parametrize(("old", "new"), MOVED.items())
def test_the_site_has_a_page_there_that_leads_on_without_javascript_too(site, parsed, old, new):
    page = parsed(site / f"{old}.html")
    links = [page.a["href"], page.meta.find_next("meta", {"http-equiv": "refresh"})["content"].removeprefix("0; url=")]
    for link in links:
        assert (site / old).parent.joinpath(link).resolve() == site.joinpath(new[1:]).resolve()
    assert "location.hash" in page.script.string
