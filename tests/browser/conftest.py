"""One browser, one window for each module, and the built site behind an address of this machine."""

import threading

import pytest
from watched_pages import started, watched_page

from publish.serve import site_server


@pytest.fixture(scope="module")
def browser(chromium):
    """The system's Chromium."""
    with started(chromium) as browser:
        yield browser


@pytest.fixture(scope="module")
def shared_window(browser):
    """The window of a module."""
    with watched_page(browser) as page:
        yield page


@pytest.fixture
def window(shared_window):
    """The window of the module, on a desk and in light; what a test has left in it is cleared away."""
    page = shared_window
    page.problems.clear()
    yield page
    for other in page.context.pages[1:]:
        other.close()
    page.evaluate("origin === 'null' || localStorage.clear()")
    page.unroute_all()
    page.goto("about:blank")
    page.mouse.move(0, 0)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(media="screen", color_scheme="light")


@pytest.fixture(scope="session")
def address(site):
    """Address of the built site, with a slash at its end."""
    with site_server(site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
