import threading
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from publish import serve


@pytest.fixture
def page(tmp_path, monkeypatch):
    """Built site of one page."""
    monkeypatch.setattr(serve, "SITE", tmp_path)
    (tmp_path / "index.html").write_text("a page")
    return tmp_path / "index.html"


def test_pages_are_served_on_this_machine_alone(page):
    with serve.site_server(page.parent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert server.server_address[0] == "127.0.0.1"
        with urlopen(f"http://127.0.0.1:{server.server_port}/") as answer:
            assert answer.read() == b"a page"
        server.shutdown()


def test_a_page_that_is_missing_has_the_books_own_words(page):
    page.with_name("404.html").write_text("no such page, 100 %")
    with serve.site_server(page.parent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(HTTPError, match="404") as error:
            urlopen(f"http://127.0.0.1:{server.server_port}/missing")
        server.shutdown()
    assert error.value.read() == b"no such page, 100 %"


def test_a_taken_port_is_named(page):
    with serve.site_server(page.parent) as server:
        message = serve.main([str(server.server_port)])
    assert message.startswith(f"Port {server.server_port} cannot be used (")
    assert "Address already in use" in message


@pytest.mark.usefixtures("page")
def test_a_port_out_of_range_is_named():
    assert serve.main(["65536"]).startswith("Port 65536 cannot be used (")


def test_a_missing_site_is_named(page):
    page.unlink()
    assert serve.main([]) == "There is no site yet. Run: make book"
