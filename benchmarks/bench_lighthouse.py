"""Lighthouse on pages of the built site, served with compression: scores of 100, and what a reader waits for.

Simulated phone and desk. The first call asks npm for Lighthouse. The scores hold on a quiet machine whose index of
speed is at least 1,500. A page should have 90 points on a phone and 98 on a desk; on a phone it should wait for at most
200 ms of scripts, show its largest part after 2.5 s and shift by no more than 0.05. Where the points are no more than
three from those, the page has three lines, of three visits.
"""

import gzip
import json
import os
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

from publish import chromium, contents
from publish.book import SITE

LIGHTHOUSE = "lighthouse@12.8.2"
OTHERS = ["source/ttsbook/theory/finite", "widgets/index", "widgets/overthinking-map", "search"]
KINDS = {"phone": [], "desk": ["--preset=desktop"]}
BOUNDS = {"phone": 90, "desk": 98}
NEAR = 3
PACKED = {".html", ".css", ".js", ".svg", ".json"}


class Host(SimpleHTTPRequestHandler):
    """A host that compresses, as those of the web do."""

    protocol_version = "HTTP/1.1"

    def send_head(self):
        """Send what a page, a style sheet or a script is, compressed, and all else as it is."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in PACKED or not path.is_file():
            return super().send_head()
        content = gzip.compress(path.read_bytes(), 6)
        self.send_response(200)
        for name, value in {
            "Content-Type": self.guess_type(path),
            "Content-Encoding": "gzip",
            "Content-Length": len(content),
        }.items():
            self.send_header(name, str(value))
        self.end_headers()
        return BytesIO(content)

    def log_message(self, *_):
        """Say nothing."""


def run():
    """Print a line for each page, on a phone and on a desk."""
    browser = chromium.find()
    if browser is None or not (SITE / "index.html").exists():
        print("skipped: it needs the built site and Chromium")
        return
    names = [name for name in [*contents.read().pages, *OTHERS] if (SITE / f"{name}.html").exists()]
    print(f"{'':>34}{'':>7}{'speed':>7}{'others':>13}{'TBT':>7}{'LCP':>7}{'CLS':>7}{'elements':>10}{'index':>7}")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=SITE)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for name in names:
            for kind, options in KINDS.items():
                address = f"http://127.0.0.1:{server.server_port}/{name}.html"
                report = measure(address, options, browser)
                print_line(name, kind, report)
                for _ in range(2 if abs(points(report)[0] - BOUNDS[kind]) <= NEAR else 0):
                    print_line(name, kind, measure(address, options, browser))
        server.shutdown()


def measure(address, options, browser):
    """Return what Lighthouse reports of a page, as JSON."""
    node = Path(sys.executable)
    command = [node.with_name("npx"), "--yes", LIGHTHOUSE, address, *options, "--quiet", "--output=json"]
    command += ["--chrome-flags=--headless=new --no-sandbox --disable-dev-shm-usage"]
    environment = os.environ | {"CHROME_PATH": str(browser), "PATH": f"{node.parent}:{os.environ['PATH']}"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def points(report):
    """Return the scores of a report: speed, accessibility, best practices, and what search engines ask for."""
    return [round(100 * category["score"]) for category in report["categories"].values()]


def print_line(name, kind, report):
    """Print one line of the table."""
    audits = report["audits"]
    first, *others = points(report)
    tbt, lcp, cls, elements = (
        audits[audit]["numericValue"]
        for audit in ("total-blocking-time", "largest-contentful-paint", "cumulative-layout-shift", "dom-size")
    )
    index = report["environment"]["benchmarkIndex"]
    words = "/".join(map(str, others))
    print(
        f"{name:>34}{kind:>7}{first:>7}{words:>13}{tbt:>7.0f}{lcp:>7.0f}{cls:>7.3f}{elements:>10.0f}{index:>7.0f}",
        flush=True,
    )
