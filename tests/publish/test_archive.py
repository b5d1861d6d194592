"""The archive: complete, the same each time, and usable from the file system alone."""

import re
import subprocess
import zipfile
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from watched_pages import settle, started, watched_page

from publish import archive, contents
from publish.pdf import version

LISTED = contents.read().pages
FOLDER = f"{archive.NAME}-{version()[0]}"


@pytest.fixture
def small_site(tmp_path):
    """A site of two files and a PDF, in the order b, a."""
    site = tmp_path / "html"
    (site / "b").mkdir(parents=True)
    (site / "b" / "page.html").write_text("b")
    (site / ".buildinfo").write_text("machine")
    (site / "index.html").write_text("a")
    (tmp_path / "publish.pdf").write_text("pdf")
    return site


def names(path):
    with zipfile.ZipFile(path) as packed:
        return packed.namelist()


def test_what_is_packed(small_site, tmp_path):
    archive.archive(small_site, tmp_path / "a.zip", pdf=tmp_path / "publish.pdf")
    found = names(tmp_path / "a.zip")
    assert found[0] == f"{FOLDER}/README.txt"
    assert found[1:] == sorted(found[1:])
    inside = {name.removeprefix(f"{FOLDER}/") for name in found}
    assert {
        "site/index.html",
        "site/b/page.html",
        "publish.pdf",
        "source/ttsbook/thinking/cot.py",
        "source/README.md",
    } <= inside
    assert {f"source/chapters/{name}.ipynb" for name in LISTED if "/" in name and "appendix" not in name} <= inside
    assert not [name for name in inside if "buildinfo" in name]


@pytest.mark.exhaustive
def test_the_same_files_give_the_same_bytes(small_site, tmp_path):
    archive.archive(small_site, tmp_path / "a.zip")
    for path in small_site.rglob("*.html"):
        path.write_text(path.read_text())  # later
    archive.archive(small_site, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert "publish.pdf" not in " ".join(names(tmp_path / "a.zip"))


def test_its_checksum_is_the_one_that_sha256sum_finds(tmp_path):
    (tmp_path / "a.zip").write_bytes(b"an archive")
    archive.write_checksum(tmp_path / "a.zip")
    check = ["sha256sum", "--check", "--strict", "a.zip.sha256"]
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    (tmp_path / "a.zip").write_bytes(b"another")
    assert subprocess.run(check, cwd=tmp_path, capture_output=True, check=False).returncode != 0


@pytest.fixture(scope="module")
def unpacked(site, tmp_path_factory):
    """The archive of the built site, unpacked."""
    folder = tmp_path_factory.mktemp("archive")
    archive.archive(site, folder / "publish.zip")
    with zipfile.ZipFile(folder / "publish.zip") as packed:
        packed.extractall(folder)
    (folder / "publish.zip").unlink()
    return folder / FOLDER / "site"


@pytest.fixture(scope="module")
def browser(chromium):
    with started(chromium) as browser:
        yield browser


@pytest.fixture
def page(browser):
    with watched_page(browser) as page:
        page.on("requestfailed", lambda request: page.problems.append(f"failed: {request.url}"))
        yield page


@pytest.mark.nightly
def test_links_of_unpacked_pages_are_relative_and_lead_to_files(unpacked):
    found = []
    for path in unpacked.rglob("*.html"):
        if "_static" in path.parts:
            continue
        page = BeautifulSoup(path.read_text(), "html.parser")
        links = [element.get("href") or element.get("src") for element in page.select("[href]:not(base), [src]")]
        local = [link for link in links if not re.match(r"(https?|mailto|data):", link)]
        files = [unquote(urlsplit(link).path) for link in local]
        found += [(path.name, f) for f in files if f.startswith("/") or not (path.parent / f).resolve().exists()]
    assert found == []


@pytest.mark.browser
@pytest.mark.nightly
@pytest.mark.parametrize("name", LISTED)
def test_an_unpacked_page_works_from_the_file_system(unpacked, page, name):
    page.goto((unpacked / f"{name}.html").as_uri())
    settle(page)
    assert page.problems == []
    assert page.locator(".widget-message").count() == 0
    for slider in page.locator(".widget-live input[type=range]").all()[:1]:
        live = page.locator(".widget-live", has=page.locator("input[type=range]")).first
        before = live.inner_html()
        for key in ("Home", "ArrowRight", "ArrowRight"):
            slider.press(key)
        assert live.inner_html() != before


@pytest.mark.browser
@pytest.mark.nightly
def test_the_unpacked_book_can_be_searched(unpacked, page):
    page.goto(f"{(unpacked / 'search.html').as_uri()}?q=overthinking")
    page.locator("#search-results li a, .search-results li a").first.wait_for(timeout=20_000)
    assert page.problems == []
