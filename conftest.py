"""What all tests share: a fixed number of threads, strict comparison of notebooks, site and browser."""

import os
import re
from functools import cache

import hypothesis
import pytest
from bs4 import BeautifulSoup
from nbval.plugin import IPyNbCell, IPyNbFile

from publish.book import SITE
from publish.chromium import MISSING, find
from publish.stored.execution import surroundings

os.environ.update(surroundings())  # before NumPy or PyTorch is imported
pytest_plugins = ["annotations"]
collect_ignore = ["tests/gpt2_twin.py"]  # no tests there, and it would import Hugging Face's library into each process
LEDGER = re.compile(r"chapters\b.*\bappendix/claims\b")
FORMULA = re.compile(r"(<math[^>]*>).*?(?=</math>)", re.DOTALL)

# No example is timed: how long it takes, a busy machine decides. `make test-nightly` tries more of them.
hypothesis.settings.register_profile("everyday", deadline=None, max_examples=25)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=200)
hypothesis.settings.load_profile("everyday")


def pytest_collectstart(collector):
    """Leave pictures to `tests/publish/test_binder.py`, which tolerates last digits."""
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += ("image/svg+xml",)


def pytest_collection_modifyitems(items):
    """Begin with what takes long and cannot be shared, so that processes end together: notebooks, then browsers.

    The ledger's page comes after the chapters, as it shows again what their claims found; under
    `make test-processors` it comes last of all, after the tests of their verdicts.
    """
    long = (IPyNbCell, "browser", "site")

    def rank(item):
        if LEDGER.search(item.nodeid):
            return 1 if isinstance(item, IPyNbCell) else 2 * len(long) + 1
        found = (isinstance(item, one) if isinstance(one, type) else one in item.fixturenames for one in long)
        return next((2 * place for place, here in enumerate(found) if here), 2 * len(long))

    items.sort(key=rank)


def require(found, reason):
    """Skip the test without what it needs; in continuous integration fail instead."""
    if not found and os.environ.get("CI") == "true":
        pytest.fail(f"{reason}; with CI=true this is an error")
    if not found:
        pytest.skip(reason)
    return found


@pytest.fixture(scope="session")
def chromium():
    """Path of the system's Chromium, or of the browser that `CHROMIUM` names."""
    return require(find(), MISSING)


@pytest.fixture(scope="session")
def site():
    """Folder of the built site."""
    built = SITE if (SITE / "index.html").exists() else None
    return require(built, "the site is not built: run `make book`")


@pytest.fixture(scope="session")
def parsed(site):
    """Read pages of the site: a function of the path, which parses each page once, and no formula's parts."""
    return cache(lambda path: BeautifulSoup(FORMULA.sub(r"\1", path.read_text()), "lxml"))
