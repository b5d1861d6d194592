import threading
from urllib.request import urlopen

import pytest

from book import serve


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


def test_a_taken_port_is_named(page):
    with serve.site_server(page.parent) as server:
        message = serve.main([str(server.server_port)])
        assert message.startswith(f"Port {server.server_port} cannot be used: Address already in use")


def test_a_missing_site_is_named(page):
    page.unlink()
    assert serve.main([]) == "There is no site yet. Run: make book"


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_wrong_port_is_refused(page, port, capsys):
    with pytest.raises(SystemExit):
        serve.main([port])
    assert port in capsys.readouterr().err
