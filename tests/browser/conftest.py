"""One browser, and the built site behind an address of this machine."""

import threading

import pytest
from watched_pages import started

from book.serve import site_server


@pytest.fixture(scope="module")
def browser(chromium):
    """The system's Chromium."""
    with started(chromium) as browser:
        yield browser


@pytest.fixture(scope="session")
def address(site):
    """Address of the built site, with a slash at its end."""
    with site_server(site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
