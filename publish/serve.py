"""Show the built site on this machine: `python -m publish.serve [port]`."""

import argparse
import sys
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SITE = Path(__file__).parent.parent / "_build" / "html"
HOST = "127.0.0.1"


class QuietHandler(SimpleHTTPRequestHandler):
    """Serve files without a line for each, and the book's own page for those that are missing."""

    def send_error(self, code, message=None, explain=None):
        """Send the book's page of missing pages, as hosts of sites do."""
        page = Path(self.directory, "404.html")
        if code != HTTPStatus.NOT_FOUND or not page.exists():
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing."""


def site_server(folder, port=0):
    """Server of a folder on this machine.

    Parameters
    ----------
    folder : pathlib.Path
    port : int
        0 for any that is free.

    Returns
    -------
    http.server.ThreadingHTTPServer
        Bound to its port, and not yet serving.

    Raises
    ------
    OSError
        If the port is taken or may not be used.
    """
    return ThreadingHTTPServer((HOST, port), partial(QuietHandler, directory=folder))


def main(arguments=None):
    """Serve the site until interrupted; return the message of a failure, or None."""
    parser = argparse.ArgumentParser(prog="python -m publish.serve", description=__doc__)
    parser.add_argument("port", nargs="?", type=int, default=0)
    port = parser.parse_args(arguments).port
    if not (SITE / "index.html").exists():
        return "There is no site yet. Run: make book"
    try:
        server = site_server(SITE, port)
    except (OSError, OverflowError) as error:
        return f"Port {port} cannot be used ({error}). Choose another PORT, or none."
    with server, suppress(KeyboardInterrupt):
        print(f"The book is at http://{HOST}:{server.server_port}/ until you press Ctrl-C.", flush=True)
        server.serve_forever()
    return None


if __name__ == "__main__":
    sys.exit(main())
