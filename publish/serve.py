"""Show the built site on this machine: `python -m publish.serve [port]`."""

import argparse
import sys
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from publish.book import SITE

HOST = "127.0.0.1"


def site_server(folder, port=0):
    """Return a server of a folder, not yet serving, which shows the book's own page for those that are missing."""
    handler, missing = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None}), folder / "404.html"
    if missing.exists():
        handler.error_message_format = missing.read_text(encoding="utf-8").replace("%", "%%")
    return ThreadingHTTPServer((HOST, port), partial(handler, directory=folder))


def main(arguments=None):
    """Serve the site until interrupted; return the message of a failure, or None."""
    parser = argparse.ArgumentParser(prog="python -m publish.serve", description=__doc__)
    parser.add_argument("port", nargs="?", type=int, default=0, help="by default any that is free")
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
